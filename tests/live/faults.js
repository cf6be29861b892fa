/**
 * What is wrong with how the page looks, whatever it shows: a list of sentences. Only what can be reached now is
 * looked at: while a dialog is open, that.
 */

const SCROLLS_SIDEWAYS = ".table-scroll, pre";
const CONTROLS = "a[href], button, summary, input, textarea:not([aria-readonly]), [role=option]";
const IN_TEXT = ":is(p, li, dd, td) > a, :is(.text, .slide-title) a, .button-instant";
const WHOLE = "label, .ballot .poll-option";
const NAMES = "dt, th, .button";
const SHORT_WORD = /(?<!\S)\p{L}{2,12}(?!\S)/gu;
const LIES_ABOVE = ".hint, .commands, .new-messages, .banners";
const TARGET_PX = 24;
const TOUCH_PX = 44;
const PHONE = "(width <= 45rem)";
const SLACK_PX = 1; // Parts of a pixel are rounded either way.
const QUOTED = 40;

globalThis.faults = () => {
  const root = document.querySelector("dialog[open]") ?? document.body;
  const texts = [...shownTexts(root)];
  return [...tooWide(), ...outside(root), ...texts.filter(({ isCut }) => isCut).map(cutOff), ...covered(texts), ...torn(root), ...tooSmall(root)];
};

function* tooWide() {
  const page = document.documentElement;
  if (page.scrollWidth > page.clientWidth) yield `the page is ${page.scrollWidth - page.clientWidth} px too wide`;
  for (const element of document.body.querySelectorAll("*")) {
    const isWide = element.scrollWidth > element.clientWidth && scrolls(getComputedStyle(element).overflowX);
    if (isWide && !element.matches(SCROLLS_SIDEWAYS)) yield `can be pushed sideways: ${named(element)}`;
  }
}

/** A dialog lies in the window whole, and so do the buttons that end it. */
function* outside(root) {
  if (!root.matches("dialog")) return;
  for (const element of [root, ...root.querySelectorAll(".dialog-actions")]) {
    const { top, left, right, bottom } = element.getBoundingClientRect();
    if (top < 0 || left < 0 || right > innerWidth || bottom > innerHeight) yield `not in the window: ${named(element)}`;
  }
}

const cutOff = ({ element, text }) => `cut off: “${text}” in ${named(element)}`;

/** Texts under something else, though nobody laid it over them. */
function* covered(texts) {
  for (const { element, text, seen } of texts) {
    if (!seen || seen.height < SLACK_PX) continue;
    const over = document.elementFromPoint(seen.left + seen.width / 2, seen.top + seen.height / 2);
    if (!over || over.contains(element) || element.contains(over) || isAbove(over, element)) continue;
    yield `“${text}” in ${named(element)} lies under ${named(over)}`;
  }
}

/** Short words that go on in the next line: their column is too narrow for no reason. */
function* torn(root) {
  for (const { element, text, range } of words(root.querySelectorAll(NAMES))) {
    if (isShown(element) && range.getClientRects().length > 1) yield `“${text}” in ${named(element)} is torn`;
  }
}

function* words(elements) {
  for (const element of elements) {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      for (const { 0: text, index } of walker.currentNode.data.matchAll(SHORT_WORD)) {
        const range = document.createRange();
        range.setStart(walker.currentNode, index);
        range.setEnd(walker.currentNode, index + text.length);
        yield { element, text, range };
      }
    }
  }
}

/** What is pressed by its label, or by its row, is as large as that; a link in a text is as large as its text. */
function* tooSmall(root) {
  const least = (matchMedia(PHONE).matches ? TOUCH_PX : TARGET_PX) - SLACK_PX;
  for (const control of root.querySelectorAll(CONTROLS)) {
    if (!isShown(control) || control.matches(IN_TEXT)) continue;
    const { width, height } = (control.closest(WHOLE) ?? control).getBoundingClientRect();
    if (width < least || height < least) yield `too small to touch: ${named(control)}`;
  }
}

/** Each line of each text, with what can be seen of it without scrolling, or null. */
function* shownTexts(root) {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.data.trim().slice(0, QUOTED);
    if (!text || !isShown(element)) continue;
    const range = document.createRange();
    range.selectNodeContents(walker.currentNode);
    for (const box of range.getClientRects()) {
      if (box.width > SLACK_PX) yield { element, text, ...throughFrames(element, box) };
    }
  }
}

/** What the elements around leave of a box. It is cut if one of them hides a part for good, without an ellipsis. */
function throughFrames(element, box) {
  let [seen, isCut] = [box, false];
  for (let frame = element; frame && seen; frame = parentOf(frame)) {
    const style = getComputedStyle(frame);
    if (style.overflowX === "visible" && style.overflowY === "visible") continue;
    const inner = common(seen, frame.getBoundingClientRect());
    const isLess = !inner || inner.width < seen.width - SLACK_PX || inner.height < seen.height - SLACK_PX;
    isCut ||= isLess && !scrolls(style.overflowX) && !scrolls(style.overflowY) && style.textOverflow !== "ellipsis";
    seen = inner;
  }
  return { seen, isCut };
}

/** What is fixed to the window is inside of nothing else. */
function parentOf(element) {
  return getComputedStyle(element).position === "fixed" ? null : element.parentElement;
}

function common(one, other) {
  const [left, right] = [Math.max(one.left, other.left), Math.min(one.right, other.right)];
  const [top, bottom] = [Math.max(one.top, other.top), Math.min(one.bottom, other.bottom)];
  return left < right && top < bottom ? new DOMRect(left, top, right - left, bottom - top) : null;
}

function isAbove(over, element) {
  for (let part = over; part && !part.contains(element); part = part.parentElement) {
    if (part.matches(LIES_ABOVE) || ["fixed", "sticky"].includes(getComputedStyle(part).position)) return true;
  }
  return false;
}

function isShown(element) {
  const isVisible = element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  return isVisible && !element.closest(".visually-hidden, .skip:not(:focus), [inert]");
}

function scrolls(overflow) {
  return overflow === "auto" || overflow === "scroll";
}

function named(element) {
  return [element.localName, element.id && `#${element.id}`, ...[...element.classList].map((name) => `.${name}`)].join("");
}
