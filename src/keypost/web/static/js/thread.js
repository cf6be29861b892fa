/** A thread's page: the message on which it was opened, and whether it takes more. Other chats have neither. */

import { address, ask, Refused } from "./ask.js";
import { markTimes } from "./days.js";

export const CLOSE = "close";
export const REOPEN = "reopen";

export class Thread {
  #main = document.getElementById("chat");
  #root = document.getElementById("thread-root");
  #notice = document.getElementById("closed");
  #form = document.getElementById("composer");
  #button = document.getElementById("thread-state");

  /** `change(action)` asks the server to close this thread or to reopen it. */
  constructor(change) {
    this.#button?.addEventListener("click", () => change(this.#main.dataset.state === "open" ? CLOSE : REOPEN));
  }

  /** `state` is `open` or `closed`: the notice then stands where the composer was, and takes its focus. */
  set(state) {
    if (!this.#notice || state === this.#main.dataset.state) return;
    const hadFocus = this.#form.contains(document.activeElement);
    this.#main.dataset.state = state;
    this.#notice.textContent = state === "closed" ? this.#notice.dataset.sentence : "";
    this.#button.ariaLabel = this.#button.dataset[state];
    if (state === "closed" && hadFocus) this.#notice.focus();
  }

  /** As `fresh`, a new page of the same thread, has it. */
  replace(fresh) {
    this.set(fresh.getElementById("chat").dataset.state);
    if (!this.#root) return;
    this.#root.replaceChildren(...fresh.getElementById("thread-root").children);
    markTimes(this.#root);
  }
}

/** Asks the server to close or reopen the thread that is this chat; `banner` shows a refusal. */
export async function changeThread(chat, action, banner) {
  try {
    await ask(address("threads", chat), { action });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    banner({ text: error.message, status: "failure" });
  }
}
