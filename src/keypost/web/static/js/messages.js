/** The list of messages: what arrives, what changes, what only this person sees, and where the reader is in it. */

import { dropEmptyDays, markDays, markTimes } from "./days.js";
import { nodes } from "./trusted.js";

const NEAR_END_PX = 60;
const UNSAID_MS = 1_000;
const FOCUSABLE = "a[href], button, [tabindex]";
const PARTS = [".content", ".reactions", ".message-actions"];

export class Messages {
  #log = document.getElementById("log");
  #list = document.getElementById("messages");
  #pill = document.getElementById("new-messages");
  #atEnd = true;
  #top = 0;

  constructor() {
    markTimes(this.#log);
    markDays(this.#list);
    this.#log.addEventListener("scroll", () => this.#noteScroll(), { passive: true });
    this.#pill.addEventListener("click", () => this.#goToEnd());
    this.#list.addEventListener("click", (event) => this.#dismiss(event.target));
    // Whoever reads the end keeps reading it when a message arrives, the composer grows or a phone shows its keys.
    const sizes = new ResizeObserver(() => this.#atEnd && this.toEnd());
    sizes.observe(this.#log);
    sizes.observe(this.#list);
    this.toEnd();
  }

  /** Add a message once, however often it is told. */
  add(id, html) {
    if (document.getElementById(`m-${id}`)) return;
    this.#append(html);
    markDays(this.#list);
  }

  /** What stands before all others. It is old: nobody wants to hear all of it read out. */
  prepend(html) {
    this.#log.ariaLive = "off";
    setTimeout(() => {
      this.#log.ariaLive = null;
    }, UNSAID_MS);
    this.keepPlace(null, () => {
      this.#list.prepend(nodes(html));
      markDays(this.#list);
    });
  }

  /** What an extension tells this person alone: on no other page, and gone when this one is. */
  addPrivate(html) {
    this.#append(html);
  }

  /** A message as it is now, in the place of what it was. Neither the reader nor the focus is moved by it. */
  edit(id, html) {
    const old = document.getElementById(`m-${id}`);
    if (!old) return; // From before this page begins.
    const fresh = nodes(html).firstElementChild;
    // Within the part where it was: a button that is gone must not hand its focus to one that does something else.
    const part = PARTS.find((name) => old.querySelector(name)?.contains(document.activeElement));
    const among = (entry) => (part ? entry.querySelector(part) : entry)?.querySelectorAll(FOCUSABLE) ?? [];
    const focus = [...among(old)].indexOf(document.activeElement);
    this.keepPlace(old, () => {
      old.replaceWith(fresh);
      markTimes(this.#log);
      markDays(this.#list);
    });
    if (focus >= 0) (among(fresh)[focus] ?? this.#log).focus({ preventScroll: true });
  }

  /** A message that was taken back. */
  remove(id) {
    const old = document.getElementById(`m-${id}`);
    if (!old) return;
    const hadFocus = old.contains(document.activeElement);
    this.keepPlace(old, () => {
      old.remove();
      dropEmptyDays(this.#list);
      markDays(this.#list);
    });
    if (hadFocus) this.#log.focus({ preventScroll: true });
  }

  replace(list) {
    const own = this.#list.querySelectorAll(".private-answer");
    this.#list.replaceChildren(...list.children, ...own);
    markDays(this.#list);
    this.toEnd();
  }

  /** What the reader sees first stays where it is, whatever `change` does to the height of `old`. */
  keepPlace(old, change) {
    const top = this.#log.getBoundingClientRect().top;
    const entries = [...this.#list.querySelectorAll("article")]; // The lines of days may go.
    const seen = entries.find((entry) => entry !== old && entry.getBoundingClientRect().bottom > top);
    const before = seen?.getBoundingClientRect().top;
    change();
    if (seen && !this.#atEnd) this.#log.scrollTop += seen.getBoundingClientRect().top - before;
  }

  toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#top = this.#log.scrollTop;
    this.#atEnd = true;
    this.#pill.hidden = true;
  }

  #append(html) {
    this.#list.append(nodes(html));
    if (!this.#atEnd) this.#pill.hidden = false;
  }

  #dismiss(target) {
    const answer = target.closest("[data-dismiss]")?.closest(".private-answer");
    if (!answer) return;
    answer.remove();
    this.#log.focus({ preventScroll: true });
  }

  #goToEnd() {
    this.toEnd();
    this.#log.focus(); // The pill is gone; the keyboard must not be.
  }

  #noteScroll() {
    const top = this.#log.scrollTop;
    const left = this.#log.scrollHeight - this.#log.clientHeight - top;
    // Only a reader goes up: the event is late, and what came meanwhile may have made room below.
    if (left < NEAR_END_PX) this.#atEnd = true;
    else if (top < this.#top) this.#atEnd = false;
    this.#top = top;
    if (this.#atEnd) this.#pill.hidden = true;
  }
}
