/** The chat page: joins its parts to each other and to the stream of events. */

import { Actions } from "./actions.js";
import { Banners } from "./banner.js";
import { Buttons } from "./buttons.js";
import { Composer } from "./composer.js";
import { Connection } from "./connection.js";
import { Dialog } from "./dialog.js";
import { Earlier } from "./earlier.js";
import { Heading } from "./heading.js";
import { Live } from "./live.js";
import { Membership } from "./membership.js";
import { Mentions } from "./mentions.js";
import { MessageMenu } from "./message-menu.js";
import { Messages } from "./messages.js";
import { OwnMessages } from "./own-messages.js";
import { Polls } from "./polls.js";
import { Reactions } from "./reactions.js";
import { Sidebar } from "./sidebar.js";
import { CLOSE, changeThread, REOPEN, Thread } from "./thread.js";
import { page } from "./trusted.js";

const { chat, cursor, parent = "", person, teams, votes } = document.getElementById("chat").dataset;

const banners = new Banners();
const banner = (shown) => banners.show(shown);
const connection = new Connection();
const dialog = new Dialog(banner);
const heading = new Heading();
const membership = new Membership();
const messages = new Messages();
new Mentions(document.getElementById("messages"), person, teams.split(" "));
const sidebar = new Sidebar();
const reactions = new Reactions(chat, person, {
  banner,
  keepPlace: (message, change) => messages.keepPlace(message, change),
});
const polls = new Polls(chat, JSON.parse(votes), banner);
const thread = new Thread((action) => changeThread(chat, action, banner));
const own = new OwnMessages(chat, person, banner);
/** The chat whose members see this page. */
const home = parent || chat;
/** What was said beside a thread stands in both. */
const isHere = (data) => [data.chat, data.thread].includes(chat);
const threadOn = (message) => message.querySelector(".talk").dataset.thread;

const composer = new Composer(chat, {
  posted: () => messages.toEnd(),
  banner,
  dialog: (html, from, onAccepted) => dialog.show(html, from, onAccepted),
  editLast: () => own.editLast(),
});
new Actions();
new MessageMenu({
  react: (_, button) => reactions.choose(button),
  answer: (message) => composer.answer(message, "answer"),
  begin: (message) => composer.answer(message, "begin"),
  close: (message) => changeThread(threadOn(message), CLOSE, banner),
  reopen: (message) => changeThread(threadOn(message), REOPEN, banner),
  edit: (message) => own.edit(message),
  delete: (message) => own.delete(message),
});
new Buttons(chat, {
  dialog: (html, from) => dialog.show(html, from),
  banner,
});

const on = {
  message(data) {
    if (data.chat !== chat) sidebar.markUnread(data.chat);
    if (!isHere(data) || membership.isOver) return;
    messages.add(data.message, data.html);
    heading.mark();
  },
  edited(data) {
    if (!membership.isOver) messages.edit(data.message, data.html);
  },
  deleted(data) {
    if (membership.isOver) return;
    composer.forget(data.message);
    if (data.html) messages.edit(data.message, data.html); // A thread hangs on it: its place stays.
    else messages.remove(data.message);
  },
  thread(data) {
    if (data.chat === chat) thread.set(data.state);
  },
  reactions(data) {
    if (!membership.isOver) reactions.put(data.message, data.html);
  },
  votes(data) {
    if (!membership.isOver) polls.put(data.message, data.html);
  },
  voted: ({ message, option }) => polls.voted(message, option),
  chat(entry) {
    sidebar.put(entry);
    if ([chat, parent].includes(entry.id)) renameHeading();
  },
  joined(data) {
    if (data.person === person) sidebar.put(data.chat);
    if (data.chat.id !== home) return;
    if (membership.isOver) takeAnew(); // What was said meanwhile was not told here.
    else membership.count(data.members);
  },
  left(data) {
    if (data.person === person) sidebar.remove(data.chat.id);
    if (data.chat.id !== home) return;
    membership.count(data.members);
    if (data.person === person) membership.end();
  },
  members(data) {
    if (data.chat === chat) membership.count(data.members);
  },
  banner,
  private: ({ html }) => messages.addPrivate(html),
  open() {
    connection.open();
    composer.heard();
  },
  lost: () => connection.lost(),
  reset: () => takeAnew(),
  "signed-out": () => location.assign("/"),
};
const live = new Live(person, ({ kind, data }) => on[kind]?.(data));
live.join(chat, Number(cursor));

const earlier = new Earlier(chat, {
  put: (html) => messages.prepend(html),
  votes: (mine) => polls.know(mine),
  banner,
});
addEventListener("online", () => composer.heard()); // The stream may not have noticed that there was a cut.

/** What a chat is called stands in many sentences: those that the server would write now are taken over. */
async function renameHeading() {
  const response = await takePage();
  if (response?.ok && !response.redirected) heading.replace(page(await response.text()));
}

/** The page as it is now, without losing what is being written: too much happened to tell it event by event. */
async function takeAnew() {
  const response = await takePage();
  if (membership.isOver && response?.status === 404) return;
  if (!response?.ok || response.redirected) {
    location.reload();
    return;
  }
  const fresh = page(await response.text());
  polls.replace(JSON.parse(fresh.getElementById("chat").dataset.votes));
  messages.replace(fresh.getElementById("messages"));
  thread.replace(fresh);
  heading.replace(fresh);
  earlier.replace(fresh);
  membership.resume();
  membership.count(fresh.getElementById("members")?.textContent);
  sidebar.replace(fresh.getElementById("sidebar-chats"));
  live.join(chat, Number(fresh.getElementById("chat").dataset.cursor));
}

/** Null if nobody answers. */
function takePage() {
  return fetch(location.href, { cache: "no-store" }).catch(() => null);
}
