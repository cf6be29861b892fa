/**
 * The one dialog of the chat: what an extension asks for, what came of it, and the secret if the person wants it.
 *
 * What it shows lives in its elements and nowhere else, and they go when it closes.
 */

import { ask, Refused } from "./ask.js";
import { copy } from "./clipboard.js";
import { nodes } from "./trusted.js";

export class Dialog {
  #element = document.getElementById("dialog");
  #busy = false;

  constructor() {
    this.#element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#accept(event.target);
    });
    this.#element.addEventListener("click", (event) => this.#clicked(event.target));
    this.#element.addEventListener("cancel", (event) => {
      event.preventDefault();
      if (!this.#busy) this.#close();
    });
    this.#element.addEventListener("close", () => this.#element.open || this.#element.replaceChildren());
    // A page put aside for "back" is kept whole: it must not keep a secret.
    addEventListener("pagehide", () => this.#close());
  }

  show(html) {
    this.#element.replaceChildren(nodes(html));
    // Some browsers close at a second Escape whatever we say; what came of it must be seen nevertheless.
    if (!this.#element.open) this.#element.showModal();
    this.#element.querySelector("[autofocus]")?.focus();
  }

  /** Empties at once: the event of closing may come late, even when the dialog already shows the next thing. */
  #close() {
    this.#element.close();
    this.#element.replaceChildren();
  }

  #clicked(target) {
    const control = target.closest("[data-close], [data-reveal], [data-copy]");
    if (control === null || this.#busy) return;
    if ("close" in control.dataset) this.#close();
    else if ("reveal" in control.dataset) this.#reveal(control);
    else copy(control, this.#element);
  }

  async #accept(form) {
    const choice = new FormData(form).get("choice") ?? "add";
    const answer = await this.#ask("/dialogs/accept", { nonce: form.dataset.nonce, choice });
    if (answer) this.show(answer.html);
  }

  async #reveal(button) {
    const answer = await this.#ask("/dialogs/reveal", { nonce: button.dataset.reveal });
    if (!answer || !button.isConnected) return;
    const place = button.parentElement;
    place.replaceChildren(nodes(answer.html));
    place.querySelector("[tabindex='-1']")?.focus();
  }

  /** The answer, or null after showing why not. One question at a time. */
  async #ask(path, body) {
    if (this.#busy) return null;
    this.#setBusy(true);
    this.#refuse("");
    try {
      return await ask(path, body);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#refuse(error.message);
      return null;
    } finally {
      this.#setBusy(false);
    }
  }

  #setBusy(busy) {
    this.#busy = busy;
    this.#element.ariaBusy = String(busy);
    for (const control of this.#element.querySelectorAll("button, input")) control.ariaDisabled = busy ? "true" : null;
  }

  #refuse(sentence) {
    const place = this.#element.querySelector("[data-refusal]");
    if (place === null) return;
    place.textContent = sentence;
    place.hidden = !sentence;
  }
}
