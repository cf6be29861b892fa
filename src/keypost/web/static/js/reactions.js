/**
 * Reactions: the row under each message, and the few emoji that a reader can add to it. What the server sends is the
 * same for everybody, so which ones are the reader's own is marked here.
 *
 * Of all buttons that add one, one stands in the order of Tab; up and down lead from message to message.
 */

import { address, ask, Refused } from "./ask.js";
import { nodes } from "./trusted.js";

const ADD = "[data-react]";
const GAP_PX = 4;

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
    this.#list.addEventListener("keydown", (event) => this.#walk(event));
    this.#list.addEventListener("focusin", (event) => event.target.matches(ADD) && this.#stopAt(event.target));
    this.#picker.addEventListener("click", (event) => this.#picked(event.target));
    this.#picker.addEventListener("keydown", (event) => this.#turn(event));
    this.#picker.addEventListener("toggle", (event) => this.#toggled(event.newState === "open"));
    document.getElementById("log").addEventListener("scroll", () => this.#picker.hidePopover(), { passive: true });
    new MutationObserver(() => this.#settle()).observe(this.#list, { childList: true, subtree: true });
    this.#settle();
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

  #settle() {
    this.#mark(this.#list);
    const all = this.#list.querySelectorAll(ADD);
    if (!this.#list.contains(document.activeElement) && all.length > 0) this.#stopAt(all[all.length - 1]);
  }

  #mark(place) {
    for (const button of place.querySelectorAll(".reaction")) {
      button.ariaPressed = String(button.dataset.persons.split(" ").includes(this.#person));
    }
  }

  #stopAt(button) {
    for (const other of this.#list.querySelectorAll(`${ADD}[tabindex="0"]`)) other.tabIndex = -1;
    button.tabIndex = 0;
  }

  #walk(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    if (!step || !event.target.matches(ADD)) return;
    event.preventDefault();
    const all = [...this.#list.querySelectorAll(ADD)];
    all[all.indexOf(event.target) + step]?.focus();
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
    if (button.matches(ADD)) this.#open(button);
    else this.#react(button, button.dataset.emoji, button.ariaPressed !== "true");
  }

  #open(button) {
    this.#asking = button;
    this.#picker.showPopover();
    const at = button.getBoundingClientRect();
    const { width, height } = this.#picker.getBoundingClientRect();
    const above = at.top - height - GAP_PX;
    this.#picker.style.left = `${Math.max(GAP_PX, Math.min(at.right - width, innerWidth - width - GAP_PX))}px`;
    this.#picker.style.top = `${above > GAP_PX ? above : at.bottom + GAP_PX}px`;
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
    const message = button.closest("[data-message]")?.dataset.message;
    if (!message || button.ariaBusy === "true") return;
    button.ariaBusy = "true";
    try {
      const chat = button.closest("[data-home]")?.dataset.home ?? this.#chat;
      await ask(address("chats", chat, "messages", message, "react"), { emoji, is_on: isOn });
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
