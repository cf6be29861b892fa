/**
 * Reactions: the row under each message, and the few emoji that a reader can add to it. What the server sends is the
 * same for everybody, so which ones are the reader's own is marked here.
 */

import { showAt } from "./actions.js";
import { ask, messageAddress, Refused } from "./ask.js";
import { nodes } from "./trusted.js";

const ADD = "[data-react]";

export class Reactions {
  #list = document.getElementById("log");
  #picker = document.getElementById("reaction-picker");
  #chat;
  #person;
  #on;
  #asking = null; // The button that opened the picker.

  /** `on` holds: `banner(banner)`, and `keepPlace(message, change)`, which changes a message under the reader's eyes. */
  constructor(chat, person, on) {
    this.#chat = chat;
    this.#person = person;
    this.#on = on;
    this.#list.addEventListener("click", (event) => this.#clicked(event.target));
    this.#picker.addEventListener("click", (event) => this.#picked(event.target));
    this.#picker.addEventListener("keydown", (event) => this.#turn(event));
    this.#picker.addEventListener("toggle", (event) => this.#toggled(event.newState === "open"));
    document.getElementById("log").addEventListener("scroll", () => this.#picker.hidePopover(), { passive: true });
    new MutationObserver(() => this.#mark(this.#list)).observe(this.#list, { childList: true, subtree: true });
    this.#mark(this.#list);
  }

  /** The row of a message as it is now; the focus stays on the same emoji, or goes to where another can be added. */
  put(message, html) {
    const old = document.getElementById(`reactions-${message}`);
    if (!old) return; // From before this page begins.
    const fresh = nodes(html).firstElementChild;
    const entry = old.closest(".message");
    const focused = old.contains(document.activeElement) ? document.activeElement.dataset.emoji : null;
    this.#mark(fresh);
    this.#on.keepPlace(entry, () => old.replaceWith(fresh));
    if (focused !== null) (find(fresh, focused) ?? entry.querySelector(ADD)).focus({ preventScroll: true });
  }

  #mark(place) {
    for (const button of place.querySelectorAll(".reaction")) {
      button.ariaPressed = String(button.dataset.persons.split(" ").includes(this.#person));
    }
  }

  #turn(event) {
    const step = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...this.#picker.querySelectorAll("button")];
    all.at((all.indexOf(document.activeElement) + step) % all.length).focus();
  }

  #clicked(target) {
    const button = target.closest(`.reaction, ${ADD}`);
    if (!button) return;
    if (button.matches(ADD)) this.choose(button);
    else this.#react(button, button.dataset.emoji, button.ariaPressed !== "true");
  }

  /** Which emoji, for the message of that button. */
  choose(button) {
    this.#asking = button;
    showAt(this.#picker, button);
  }

  #toggled(isOpen) {
    if (this.#asking) this.#asking.ariaExpanded = String(isOpen);
  }

  #picked(target) {
    const chosen = target.closest("button");
    if (!chosen) return;
    this.#picker.hidePopover();
    this.#react(this.#asking, chosen.dataset.emoji, true);
  }

  async #react(button, emoji, isOn) {
    if (!button.closest("[data-message]") || button.ariaBusy === "true") return;
    button.ariaBusy = "true";
    try {
      await ask(messageAddress(button, this.#chat, "react"), { emoji, is_on: isOn });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#on.banner({ text: error.message, status: "failure" });
    } finally {
      button.ariaBusy = null;
    }
  }
}

function find(row, emoji) {
  return row.querySelector(`[data-emoji="${CSS.escape(emoji)}"]`);
}
