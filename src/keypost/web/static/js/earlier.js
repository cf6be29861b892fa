/** What was said before the page begins: it comes when the reader goes up there, or is led to a message. */

import { ask, messageAddress, Refused } from "./ask.js";

const PAGES_MOST = 10;
const TOO_FAR = "That message is further up than this link leads. Earlier messages come as you scroll.";
const GONE = "That message is not in this chat any more.";

export class Earlier {
  #log = document.getElementById("log");
  #list = document.getElementById("messages");
  #place = document.getElementById("earlier");
  #button = this.#place.querySelector("button");
  #chat;
  #on;
  #loading = null;

  /** `on` holds: `put(html)` for what comes before all else, `votes(own)`, and `banner(banner)`. */
  constructor(chat, on) {
    this.#chat = chat;
    this.#on = on;
    this.#button.addEventListener("click", () => this.#load());
    this.#log.addEventListener("click", (event) => this.#follow(event));
    new IntersectionObserver(([seen]) => seen.isIntersecting && this.#load(), { root: this.#log }).observe(this.#place);
    if (location.hash.startsWith("#m-")) this.reach(location.hash.slice(1));
  }

  /** Shows the message that has this id among the elements, wherever it is above. */
  async reach(id) {
    for (let pages = 0; pages < PAGES_MOST && !document.getElementById(id); pages += 1) {
      if (!(await this.#load())) break;
    }
    const found = document.getElementById(id);
    if (found) show(found);
    else this.#on.banner({ text: this.#place.hidden ? GONE : TOO_FAR, status: "failure" });
  }

  /** As `fresh`, a new page of the same chat, has it. */
  replace(fresh) {
    this.#place.hidden = fresh.getElementById("earlier").hidden;
  }

  #follow(event) {
    const link = event.target.closest("a[href^='#m-']");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    this.reach(link.hash.slice(1));
  }

  /** Whether more came. Whoever asks while it is under way waits for the same. */
  #load() {
    this.#loading ??= this.#take().finally(() => {
      this.#loading = null;
    });
    return this.#loading;
  }

  async #take() {
    const first = this.#list.querySelector(".message");
    if (this.#place.hidden || !first) return false;
    this.#button.ariaBusy = "true";
    try {
      this.#put(await ask(messageAddress(first, this.#chat, "earlier")));
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      this.#on.banner({ text: error.message, status: "failure" });
      return false;
    } finally {
      this.#button.ariaBusy = null;
    }
  }

  #put({ html, votes, has_earlier: hasEarlier }) {
    const hadFocus = document.activeElement === this.#button;
    this.#on.votes(votes);
    this.#on.put(html);
    this.#place.hidden = !hasEarlier;
    if (hadFocus && !hasEarlier) this.#log.focus({ preventScroll: true });
  }
}

/** Where eyes and keyboard are led. */
function show(message) {
  message.scrollIntoView({ block: "center" });
  message.tabIndex = -1;
  message.focus({ preventScroll: true });
  message.classList.add("message-found");
  message.addEventListener("animationend", () => message.classList.remove("message-found"), { once: true });
}
