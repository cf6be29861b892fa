/** The box a person writes in. It keeps the text until the server has it. */

import { address, ask, Refused } from "./ask.js";
import { Palette } from "./palette.js";
import { Progress } from "./progress.js";

const LINES_MOST = 10;

export class Composer {
  #form = document.getElementById("composer");
  #field = document.getElementById("text");
  #send = document.getElementById("send");
  #refusal = document.getElementById("composer-refusal");
  #palette = new Palette(this.#field);
  #progress = new Progress(() => document.getElementById("waiting-status"));
  #chat;
  #on;
  #busy = false;

  /** `on` holds what to do with what comes: `posted()`, `banner(banner)`, `dialog(html, from, onAccepted)`. */
  constructor(chat, on) {
    this.#chat = chat;
    this.#on = on;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#say();
    });
    this.#field.addEventListener("keydown", (event) => this.#key(event));
    this.#field.addEventListener("input", () => this.#changed());
    this.#changed();
    // On a phone, focus would bring up the keys before anybody wants to write.
    if (matchMedia("(hover: hover)").matches) this.#field.focus({ preventScroll: true });
  }

  #key(event) {
    if (this.#palette.key(event)) event.preventDefault();
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#form.requestSubmit();
    }
  }

  async #say() {
    const text = this.#field.value;
    if (this.#busy || !text.trim()) return;
    this.#setBusy(true);
    this.#refuse("");
    try {
      this.#show(await ask(address("chats", this.#chat, "say"), { text }));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#refuse(error.message);
    } finally {
      this.#setBusy(false);
      this.#changed();
    }
  }

  /** A question stands before the command: whoever cancels it still has what they typed. */
  #show(answer) {
    if (answer.kind === "dialog") {
      this.#on.dialog(answer.html, () => this.#field, () => this.#empty());
      return;
    }
    this.#empty();
    this.#on.posted();
    if (answer.html) this.#on.dialog(answer.html, () => this.#field);
    else if (answer.banner) this.#on.banner(answer.banner);
  }

  #empty() {
    this.#field.value = "";
    this.#changed();
  }

  /** Read-only and not disabled: a disabled field loses the focus, and with it a phone's keys. */
  #setBusy(busy) {
    this.#busy = busy;
    if (busy) this.#progress.begin();
    else this.#progress.end();
    this.#field.readOnly = busy;
    this.#form.ariaBusy = String(busy);
    this.#palette.close();
  }

  #refuse(sentence) {
    this.#refusal.textContent = sentence;
    this.#refusal.hidden = !sentence;
  }

  #changed() {
    this.#send.disabled = this.#busy || !this.#field.value.trim();
    this.#field.rows = Math.min(LINES_MOST, this.#field.value.split("\n").length);
    if (!this.#busy) this.#palette.update();
  }
}
