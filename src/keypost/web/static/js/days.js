/** Times in the reader's own zone, and a line between messages where the day changes. */

const DAY_MS = 86_400_000;
const TIME = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const DATE_AND_TIME = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "medium" });
const DAY = new Intl.DateTimeFormat(document.documentElement.lang, { weekday: "long", day: "numeric", month: "long" });
const DAY_AND_YEAR = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long" });

/** Do this for every time of a message that is not yet done. */
export function markTimes(element) {
  for (const time of element.querySelectorAll(".message-header time:not([title]), .talk time:not([title])")) localise(time);
}

/** Do this for every time and day of `list` that is not yet done. */
export function markDays(list) {
  markTimes(list);
  let day = "";
  for (const message of list.querySelectorAll(".message")) {
    const at = new Date(message.querySelector("time.message-time").dateTime);
    const dayOfMessage = at.toDateString();
    const before = message.previousElementSibling;
    const known = before?.classList.contains("day") ? before : null;
    if (dayOfMessage === day) {
      known?.remove(); // What came before it meanwhile is of the same day.
      continue;
    }
    day = dayOfMessage;
    const line = known ?? insertLine(message);
    line.firstElementChild.textContent = named(at); // Named anew each time: today becomes yesterday.
  }
}

/** A line that stands over no message any more. */
export function dropEmptyDays(list) {
  for (const line of list.querySelectorAll(".day")) {
    if (!line.nextElementSibling || line.nextElementSibling.classList.contains("day")) line.remove();
  }
}

/** What is of another day than the message says which. */
function localise(time) {
  const at = new Date(time.dateTime);
  const sent = new Date(time.closest(".message").querySelector("time.message-time").dateTime);
  time.textContent = (at.toDateString() === sent.toDateString() ? TIME : DATE_AND_TIME).format(at);
  time.title = FULL.format(at);
}

function insertLine(message) {
  const line = document.createElement("div");
  line.className = "day";
  line.append(document.createElement("span"));
  message.before(line);
  return line;
}

function named(at) {
  const today = new Date();
  if (at.toDateString() === today.toDateString()) return "Today";
  if (at.toDateString() === new Date(today - DAY_MS).toDateString()) return "Yesterday";
  return at.getFullYear() === today.getFullYear() ? DAY.format(at) : DAY_AND_YEAR.format(at);
}
