/** The buttons that senders put under messages: a press is told to the server, which alone knows what the button does. */

import { address, ask, Refused } from "./ask.js";

export class Buttons {
  #chat;
  #show;

  /** `show` holds what to do with each kind of answer: `dialog(html)`, `banner(banner)`. */
  constructor(chat, show) {
    this.#chat = chat;
    this.#show = show;
    document.getElementById("messages").addEventListener("click", (event) => {
      const button = event.target.closest("[data-button]");
      const message = button?.closest("[data-message]");
      if (message && button.ariaBusy !== "true") this.#press(button, message);
    });
  }

  async #press(button, message) {
    button.ariaBusy = "true";
    try {
      this.#answer(await this.#ask(button, message), message);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#show.banner({ text: error.message, status: "failure" });
    } finally {
      button.ariaBusy = null;
    }
  }

  #ask(button, message) {
    const path = address("chats", this.#chat, "messages", message.dataset.message, "press");
    return ask(path, { button: button.dataset.button });
  }

  #answer(answer, message) {
    if (answer.kind === "dialog") this.#show.dialog(answer.html);
    else if (answer.kind === "banner") this.#show.banner(answer.banner);
  }
}
