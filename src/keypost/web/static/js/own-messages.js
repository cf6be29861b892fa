/** Editing and deleting: of one's own messages, and for admins the deleting of anybody's. */

import { ask, messageAddress, Refused } from "./ask.js";

export class OwnMessages {
  #editing = new Question("edit-dialog");
  #deleting = new Question("delete-dialog");
  #log = document.getElementById("log");
  #chat;
  #person;
  #banner;

  constructor(chat, person, banner) {
    this.#chat = chat;
    this.#person = person;
    this.#banner = banner;
  }

  /** The text as it was written is asked for: what the page shows has lost its markup. */
  async edit(message) {
    try {
      const { text } = await ask(messageAddress(message, this.#chat, "text"));
      this.#editing.ask(messageAddress(message, this.#chat, "text"), { text });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#banner({ text: error.message, status: "failure" });
    }
  }

  /** The newest that can be edited; whether there is one. */
  editLast() {
    const own = this.#log.querySelectorAll(`.message:not(.message-deleted)[data-sender="${CSS.escape(this.#person)}"]`);
    if (own.length > 0) this.edit(own[own.length - 1]);
    return own.length > 0;
  }

  delete(message) {
    const { element } = this.#deleting;
    element.querySelector("[data-others]").hidden = message.dataset.sender === this.#person;
    element.querySelector("[data-fill]").textContent = message.querySelector(".sender").textContent;
    this.#deleting.ask(messageAddress(message, this.#chat, "delete"));
  }
}

/** A dialog whose answer goes to the server, and which closes when that has it. What comes of it, the page hears. */
class Question {
  #form;
  #refusal;
  #path = "";

  constructor(id) {
    this.element = document.getElementById(id);
    this.#form = this.element.querySelector("form");
    this.#refusal = this.element.querySelector("[data-refusal]");
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#answer();
    });
    this.element.querySelector("[data-close]").addEventListener("click", () => this.element.close());
    this.element.addEventListener("keydown", (event) => this.#key(event));
  }

  ask(path, fields = {}) {
    this.#path = path;
    this.#refuse("");
    for (const [name, value] of Object.entries(fields)) this.#form.elements.namedItem(name).value = value;
    this.element.showModal();
    const field = this.element.querySelector("textarea");
    field?.setSelectionRange(field.value.length, field.value.length);
  }

  /** In a field of several lines Enter begins a new one; with Control or Command it answers. */
  #key(event) {
    const isAnswer = event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing;
    if (isAnswer && event.target.matches("textarea")) this.#form.requestSubmit();
  }

  async #answer() {
    if (this.element.ariaBusy === "true") return;
    this.element.ariaBusy = "true";
    this.#refuse("");
    try {
      await ask(this.#path, Object.fromEntries(new FormData(this.#form)));
      this.element.close();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#refuse(error.message);
    } finally {
      this.element.ariaBusy = null;
    }
  }

  #refuse(sentence) {
    this.#refusal.textContent = sentence;
    this.#refusal.hidden = !sentence;
  }
}
