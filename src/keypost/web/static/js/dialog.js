/**
 * The one dialog of the chat: what an extension asks for, what came of it, and the secret if the person wants it.
 *
 * What it shows lives in its elements and nowhere else, and they go when it closes.
 */

import { ask, Refused } from "./ask.js";
import { copy, copyText } from "./clipboard.js";
import { Progress } from "./progress.js";
import { settingsOf } from "./token-settings.js";
import { nodes } from "./trusted.js";

const CONTROLS = "button, input, textarea";
const EMPTY = "Write something first: without it nothing can be done here.";

export class Dialog {
  #element = document.getElementById("dialog");
  #progress = new Progress(() => this.#element.querySelector("[data-progress]"));
  #banner;
  #busy = false;
  #from = () => null;
  #onAccepted = () => {};

  /** `banner` shows a line at the edge of the page. */
  constructor(banner) {
    this.#banner = banner;
    this.#element.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(event.target);
    });
    this.#element.addEventListener("click", (event) => this.#clicked(event.target));
    this.#element.addEventListener("keydown", (event) => this.#key(event));
    this.#element.addEventListener("cancel", (event) => {
      event.preventDefault();
      if (!this.#busy) this.#close();
    });
    this.#element.addEventListener("close", () => this.#element.open || this.#element.replaceChildren());
    // A page put aside for "back" is kept whole: it must not keep a secret.
    addEventListener("pagehide", () => this.#close());
  }

  /** `from` answers the element that the focus goes back to; `onAccepted` is told when a question was answered. */
  show(html, from, onAccepted = () => {}) {
    this.#from = from;
    this.#onAccepted = onAccepted;
    this.#put(html);
  }

  #put(html) {
    this.#element.replaceChildren(nodes(html));
    // Some browsers close at a second Escape whatever we say; what came of it must be seen nevertheless.
    if (!this.#element.open) this.#element.showModal();
    this.#element.querySelector("[autofocus]")?.focus();
  }

  /** Empties at once: the event of closing may come late, even when the dialog already shows the next thing. */
  #close() {
    const wasOpen = this.#element.open;
    this.#element.close();
    this.#element.replaceChildren();
    if (wasOpen) this.#from()?.focus();
  }

  #clicked(target) {
    const control = target.closest("[data-close], [data-reveal], [data-copy], [data-copy-text]");
    if (control === null || this.#busy) return;
    if ("close" in control.dataset) this.#close();
    else if ("reveal" in control.dataset) this.#reveal(control);
    else if ("copy" in control.dataset) copy(control, control.closest("section"));
    else this.#copyText(control);
  }

  /** In a field of several lines Enter begins a new one; with Control or Command it answers. */
  #key(event) {
    const isAnswer = event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing;
    if (isAnswer && event.target.matches("textarea")) event.target.form.requestSubmit();
  }

  #submit(form) {
    const field = form.elements.namedItem("input");
    if (field?.required && !field.value.trim()) {
      this.#refuse(EMPTY, field);
      return;
    }
    const answer = { nonce: form.dataset.nonce, choice: new FormData(form).get("choice") ?? "add" };
    if (field) answer.input = field.value;
    this.#accept({ ...answer, settings: settingsOf(form) }, field);
  }

  async #accept(given, field) {
    const answer = await this.#ask("/dialogs/accept", given, field);
    if (!answer) return;
    this.#onAccepted();
    if (answer.html) this.#put(answer.html);
    else this.#close();
    if (answer.banner) this.#banner(answer.banner);
  }

  async #reveal(button) {
    const answer = await this.#ask("/dialogs/reveal", { nonce: button.dataset.reveal });
    if (!answer || !button.isConnected) return;
    const place = button.parentElement;
    place.replaceChildren(nodes(answer.html));
    place.querySelector("[tabindex='-1']")?.focus();
  }

  async #copyText(button) {
    const { text } = await copyText(button.dataset.copyText);
    button.closest("section").querySelector("[data-copied]").textContent = text;
  }

  /** The answer, or null after showing why not. One question at a time. */
  async #ask(path, body, field) {
    if (this.#busy) return null;
    this.#refuse("", field);
    this.#setBusy(true);
    try {
      return await ask(path, body);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#setBusy(false);
      this.#refuse(error.message, field);
      return null;
    } finally {
      this.#setBusy(false);
    }
  }

  /** Read-only and not disabled: what is disabled loses the focus. */
  #setBusy(busy) {
    if (busy && !this.#busy) this.#progress.begin();
    else if (!busy) this.#progress.end();
    this.#busy = busy;
    this.#element.ariaBusy = String(busy);
    for (const control of this.#element.querySelectorAll(CONTROLS)) {
      control.ariaDisabled = busy ? "true" : null;
      if (control.matches("textarea")) control.readOnly = busy;
    }
  }

  #refuse(sentence, field) {
    const place = this.#element.querySelector("[data-refusal]");
    if (place === null) return;
    place.textContent = sentence;
    place.hidden = !sentence;
    if (!field) return;
    field.ariaInvalid = sentence ? "true" : null;
    if (sentence) field.focus();
  }
}
