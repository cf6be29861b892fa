/** What can be done with a message beside reacting to it: a menu of what fits it, its reader, and the place. */

import { showAt } from "./actions.js";

const STEPS = { ArrowUp: -1, ArrowDown: 1 };

export class MessageMenu {
  #main = document.getElementById("chat");
  #log = document.getElementById("log");
  #composer = document.getElementById("composer");
  #menu = document.getElementById("message-menu");
  #on;
  #asking = null; // The button that opened it.

  /**
   * `on` holds what each entry does with a message: `react`, `answer`, `begin`, `close`, `reopen`, `edit`, `delete`; and
   * is told which button asked for it.
   */
  constructor(on) {
    this.#on = on;
    this.#log.addEventListener("click", (event) => this.#open(event.target.closest("[data-more]")));
    this.#log.addEventListener("scroll", () => this.#menu.hidePopover(), { passive: true });
    this.#menu.addEventListener("click", (event) => this.#chosen(event.target.closest("[data-do]")));
    this.#menu.addEventListener("keydown", (event) => this.#walk(event));
    this.#menu.addEventListener("toggle", ({ newState }) => this.#toggled(newState === "open"));
  }

  get #shown() {
    return [...this.#menu.children].filter((entry) => !entry.hidden);
  }

  #open(button) {
    if (button === null) return;
    this.#asking = button;
    const fits = this.#fitting(button.closest(".message"));
    for (const entry of this.#menu.children) entry.hidden = !fits[entry.dataset.do];
    if (fits.open) this.#menu.querySelector("[data-do=open]").href = fits.open;
    showAt(this.#menu, button);
    this.#shown[0]?.focus();
  }

  /** For each entry whether it fits; for the way to a thread, where it leads. */
  #fitting(message) {
    const { person, admin, parent, state } = this.#main.dataset;
    const thread = message.querySelector(".talk")?.dataset.state;
    const isOwn = message.dataset.sender === person;
    const mayWrite = !this.#composer.hidden && state === "open";
    const way = message.querySelector(".talk a, .said-in a")?.href;
    return {
      react: !message.querySelector("[data-react]").checkVisibility(),
      answer: mayWrite,
      begin: mayWrite && !parent && !way,
      open: !parent && way,
      close: thread === "open",
      reopen: thread === "closed",
      edit: isOwn,
      delete: isOwn || admin !== undefined,
    };
  }

  #walk(event) {
    const all = this.#shown;
    const at = all.indexOf(document.activeElement);
    if (event.key === "Tab") this.#menu.hidePopover();
    else if (event.key in STEPS) all.at((at + STEPS[event.key]) % all.length).focus();
    else if (event.key === "Home") all[0].focus();
    else if (event.key === "End") all.at(-1).focus();
    else return;
    event.preventDefault();
  }

  /** Its message may be gone by now. */
  #chosen(entry) {
    if (!entry || entry.dataset.do === "open") return;
    this.#menu.hidePopover();
    const message = this.#asking.closest(".message");
    const shown = message && document.getElementById(message.id);
    if (shown) this.#on[entry.dataset.do](shown, this.#asking);
  }

  #toggled(isOpen) {
    if (this.#asking) this.#asking.ariaExpanded = String(isOpen);
  }
}
