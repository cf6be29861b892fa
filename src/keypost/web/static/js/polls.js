/**
 * Polls: how many voted is the same for everybody and comes with the message; what the reader voted for comes to the
 * reader alone, and is marked here.
 */

import { ask, messageAddress, Refused } from "./ask.js";
import { nodes } from "./trusted.js";

export class Polls {
  #list = document.getElementById("log");
  #chat;
  #own; // The number of the reader's option, for each message that they voted in.
  #banner;

  constructor(chat, own, banner) {
    this.#chat = chat;
    this.#own = new Map(Object.entries(own));
    this.#banner = banner;
    this.#list.addEventListener("click", (event) => this.#clicked(event.target));
    new MutationObserver(() => this.#mark(this.#list)).observe(this.#list, { childList: true, subtree: true });
    this.#mark(this.#list);
  }

  /** The options of a message as they stand now; the focus stays on the same one. */
  put(message, html) {
    const old = document.getElementById(`m-${message}-poll`);
    if (!old) return; // From before this page begins.
    const fresh = nodes(html).firstElementChild;
    const focused = old.contains(document.activeElement) ? document.activeElement.dataset.option : undefined;
    old.replaceWith(fresh);
    this.#mark(fresh.closest("[data-message]"));
    if (focused !== undefined) fresh.querySelector(`[data-option="${focused}"]`)?.focus({ preventScroll: true });
  }

  voted(message, option) {
    if (option === null) this.#own.delete(message);
    else this.#own.set(message, option);
    const shown = document.getElementById(`m-${message}`);
    if (shown) this.#mark(shown);
  }

  /** The reader's own in further messages. */
  know(own) {
    for (const [message, option] of Object.entries(own)) this.#own.set(message, option);
  }

  replace(own) {
    this.#own = new Map(Object.entries(own));
  }

  #mark(place) {
    for (const button of place.querySelectorAll("[data-option]")) {
      button.ariaPressed = String(this.#own.get(messageOf(button)) === Number(button.dataset.option));
    }
  }

  /** The whole row is the target, but for what else can be pressed in it. */
  #clicked(target) {
    const button = target.closest(".ballot .poll-option")?.querySelector("[data-option]");
    const other = target.closest("a, button");
    if (!button || (other && other !== button) || button.ariaBusy === "true") return;
    this.#vote(button, button.ariaPressed === "true" ? null : Number(button.dataset.option));
  }

  async #vote(button, option) {
    button.ariaBusy = "true";
    try {
      await ask(messageAddress(button, this.#chat, "vote"), { option });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#banner({ text: error.message, status: "failure" });
    } finally {
      button.ariaBusy = null;
    }
  }
}

function messageOf(button) {
  return button.closest("[data-message]")?.dataset.message;
}
