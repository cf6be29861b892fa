/** The box a person writes in. It keeps the text until the server has it. */

import { Answering } from "./answering.js";
import { address, ask, Refused, UNREACHABLE } from "./ask.js";
import { Attachments } from "./attachments.js";
import { Palette } from "./palette.js";
import { Progress } from "./progress.js";

const LINES_MOST = 10;
const GONE = "The message that you were answering was deleted. What you write now answers nothing.";

export class Composer {
  #form = document.getElementById("composer");
  #field = document.getElementById("text");
  #send = document.getElementById("send");
  #refusal = document.getElementById("composer-refusal");
  #palette = new Palette(this.#field);
  #attachments = new Attachments(this.#form.dataset, (why) => this.#chosen(why));
  #answering = new Answering(() => this.#field.focus());
  #progress = new Progress(() => document.getElementById("waiting-status"));
  #chat;
  #on;
  #busy = false;
  #refusedWith = "";

  /**
   * `on` holds what to do with what comes: `posted()`, `banner(banner)`, `dialog(html, from, onAccepted)`,
   * and `editLast()`, which says whether there was anything to edit.
   */
  constructor(chat, on) {
    this.#chat = chat;
    this.#on = on;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#say();
    });
    this.#field.addEventListener("keydown", (event) => this.#key(event));
    this.#field.addEventListener("input", () => {
      this.#refuse("");
      this.#changed();
    });
    this.#changed();
    // On a phone, focus would bring up the keys before anybody wants to write.
    if (matchMedia("(hover: hover)").matches) this.#field.focus({ preventScroll: true });
  }

  /** Whoever read that nobody answers can try again. */
  heard() {
    if (this.#refusedWith === UNREACHABLE) this.#refuse("");
  }

  /** What is written next answers that message, or opens a thread on it. */
  answer(message, as) {
    this.#answering.set(message, as);
    this.#field.focus();
  }

  /** A message that was deleted cannot be answered. */
  forget(message) {
    if (!this.#answering.is(message)) return;
    this.#answering.clear();
    this.#refuse(GONE);
  }

  #key(event) {
    if (this.#palette.key(event)) event.preventDefault();
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.#form.requestSubmit();
    } else if (event.key === "Escape") this.#answering.clear();
    else if (event.key === "ArrowUp" && !this.#field.value && this.#on.editLast()) event.preventDefault();
  }

  async #say() {
    const text = this.#field.value;
    if (this.#busy || !this.#hasSomething()) return;
    if (this.#isTooLong(text)) return;
    this.#setBusy(true);
    this.#refuse("");
    try {
      this.#show(await this.#ask(text));
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#refuse(error.message, error.code);
    } finally {
      this.#setBusy(false);
      this.#changed();
    }
  }

  /** Counted as the server counts. What comes after a command is judged by its extension. */
  #isTooLong(text) {
    const size = [...text].length;
    const most = Number(this.#form.dataset.textMax);
    if (size <= most || text.trimStart().startsWith("/")) return false;
    this.#refuse(`Your message has ${size} characters; ${most} is the most.`);
    return true;
  }

  #hasSomething() {
    return this.#attachments.any || Boolean(this.#field.value.trim());
  }

  #ask(text) {
    const { wishes } = this.#answering;
    if (this.#attachments.any) return ask(address("chats", this.#chat, "files"), this.#attachments.form(text, wishes));
    return ask(address("chats", this.#chat, "say"), { text, ...wishes });
  }

  /** A question stands before the command: whoever cancels it still has what they typed. */
  #show(answer) {
    if (answer.kind === "dialog") {
      this.#on.dialog(answer.html, () => this.#field, () => this.#empty());
      return;
    }
    this.#empty();
    this.#on.posted();
    if (answer.address) location.assign(answer.address);
    else if (answer.html) this.#on.dialog(answer.html, () => this.#field);
    else if (answer.banner) this.#on.banner(answer.banner);
  }

  #empty() {
    this.#field.value = "";
    this.#attachments.empty();
    this.#answering.clear();
  }

  /** Read-only and not disabled: a disabled field loses the focus, and with it a phone's keys. */
  #setBusy(busy) {
    this.#busy = busy;
    if (busy) this.#progress.begin();
    else this.#progress.end();
    this.#field.readOnly = busy;
    this.#attachments.disabled = busy;
    this.#form.ariaBusy = String(busy);
    this.#palette.close();
  }

  #refuse(sentence, code = "") {
    this.#refusedWith = code;
    this.#refusal.textContent = sentence;
    this.#refusal.hidden = !sentence;
  }

  /** There are more files or fewer; `why` says of those that were left out why they were. */
  #chosen(why) {
    this.#refuse(why);
    this.#changed();
  }

  #changed() {
    this.#send.disabled = this.#busy || !this.#hasSomething();
    this.#field.rows = Math.min(LINES_MOST, this.#field.value.split("\n").length);
    if (!this.#busy) this.#palette.update();
  }
}
