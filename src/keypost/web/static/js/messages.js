/** The list of messages: what arrives, what only this person sees, and where the reader is in it. */

import { markDays } from "./days.js";
import { nodes } from "./trusted.js";

const NEAR_END_PX = 60;

export class Messages {
  #log = document.getElementById("log");
  #list = document.getElementById("messages");
  #pill = document.getElementById("new-messages");
  #atEnd = true;

  constructor() {
    markDays(this.#list);
    this.#log.addEventListener("scroll", () => this.#noteScroll(), { passive: true });
    this.#pill.addEventListener("click", () => this.#goToEnd());
    // Whoever reads the end keeps reading it when a message arrives, the composer grows or a phone shows its keys.
    const sizes = new ResizeObserver(() => this.#atEnd && this.toEnd());
    sizes.observe(this.#log);
    sizes.observe(this.#list);
    this.toEnd();
  }

  /** Add a message once, however often it is told. */
  add(id, html) {
    if (document.getElementById(`m-${id}`)) return;
    this.#list.append(nodes(html));
    markDays(this.#list);
    if (!this.#atEnd) this.#pill.hidden = false;
  }

  replace(list) {
    this.#list.replaceChildren(...list.children);
    markDays(this.#list);
    this.toEnd();
  }

  toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#atEnd = true;
    this.#pill.hidden = true;
  }

  #goToEnd() {
    this.toEnd();
    this.#log.focus(); // The pill is gone; the keyboard must not be.
  }

  #noteScroll() {
    const left = this.#log.scrollHeight - this.#log.clientHeight - this.#log.scrollTop;
    this.#atEnd = left < NEAR_END_PX;
    if (this.#atEnd) this.#pill.hidden = true;
  }
}
