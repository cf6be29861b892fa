/**
 * The buttons that senders put into their messages: a press is told to the server, which alone knows what the button
 * does. A button that copies needs nobody.
 */

import { ask, messageAddress, Refused } from "./ask.js";
import { copyText } from "./clipboard.js";
import { Progress } from "./progress.js";

export class Buttons {
  #chat;
  #show;
  #progress = new Progress(() => document.getElementById("waiting-status"));

  /** `show` holds what to do with what comes: `dialog(html, from)`, `banner(banner)`. */
  constructor(chat, show) {
    this.#chat = chat;
    this.#show = show;
    document.getElementById("messages").addEventListener("click", (event) => this.#clicked(event.target));
  }

  #clicked(target) {
    const button = target.closest("[data-button], [data-copy-text]");
    const message = button?.closest("[data-message]");
    if (!message || button.ariaBusy === "true") return;
    if ("copyText" in button.dataset) this.#copy(button);
    else this.#press(button, message.dataset.message);
  }

  async #copy(button) {
    this.#show.banner(await copyText(button.dataset.copyText));
  }

  async #press(button, message) {
    const path = button.dataset.button;
    button.ariaBusy = "true";
    this.#progress.begin();
    try {
      const answer = await ask(messageAddress(button, this.#chat, "press"), { button: path });
      if (answer.address) location.assign(answer.address);
      else if (answer.html) this.#show.dialog(answer.html, () => find(message, path));
      else if (answer.banner) this.#show.banner(answer.banner);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#show.banner({ text: error.message, status: "failure" });
    } finally {
      button.ariaBusy = null;
      this.#progress.end();
    }
  }
}

/** The button as it is on the page then: its message may have been edited meanwhile, or be gone. */
function find(message, path) {
  const shown = document.getElementById(`m-${message}`);
  return shown?.querySelector(`[data-button="${CSS.escape(path)}"]`) ?? document.getElementById("log");
}
