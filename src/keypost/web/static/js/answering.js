/** The message that the next one answers, or opens a thread on: a line above the text that is being written. */

const WISHES = { answer: "reply_to", begin: "thread_message_id" };

export class Answering {
  #bar = document.getElementById("answering");
  #sender = this.#bar.querySelector(".quote-sender");
  #line = this.#bar.querySelector(".quote-line");
  #message = "";
  #as = "";

  /** `left` is told when a person takes it away. */
  constructor(left) {
    this.#bar.querySelector("button").addEventListener("click", () => {
      this.clear();
      left();
    });
  }

  get any() {
    return Boolean(this.#message);
  }

  /** As the server is asked for it. */
  get wishes() {
    return this.any ? { [WISHES[this.#as]]: this.#message } : {};
  }

  is(message) {
    return this.any && this.#message === message;
  }

  /** `as` is `answer`, or `begin` for a thread. */
  set(message, as) {
    this.#message = message.dataset.message;
    this.#as = as;
    for (const words of this.#bar.querySelectorAll("[data-as]")) words.hidden = words.dataset.as !== as;
    this.#sender.textContent = message.querySelector(".sender").textContent;
    this.#line.textContent = firstLine(message);
    this.#bar.hidden = false;
  }

  clear() {
    this.#message = "";
    this.#bar.hidden = true;
  }
}

function firstLine(message) {
  const text = message.querySelector(".content").innerText || message.querySelector(".file-link bdi")?.textContent || "";
  return text.trim().split("\n", 1)[0];
}
