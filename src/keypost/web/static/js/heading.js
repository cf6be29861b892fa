/** What the chat is called, wherever its page says so, and the title of the page. */

const TEXTS = ["chat-title", "unique-name", "parent-title"];
const WORDS = { log: ["aria-label"], text: ["aria-label", "placeholder"], gone: ["data-sentence"] };
const NEWS = "• ";

export class Heading {
  #title = document.title;

  constructor() {
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) document.title = this.#title;
    });
  }

  /** Something was said while nobody looked. */
  mark() {
    if (document.hidden) document.title = NEWS + this.#title;
  }

  /** As `fresh`, a new page of the same chat, has it. */
  replace(fresh) {
    for (const id of TEXTS) put(id, fresh, (old, now) => (old.textContent = now.textContent));
    for (const [id, names] of Object.entries(WORDS)) {
      for (const name of names) put(id, fresh, (old, now) => old.setAttribute(name, now.getAttribute(name)));
    }
    const isMarked = document.title !== this.#title;
    this.#title = fresh.title;
    document.title = (isMarked ? NEWS : "") + this.#title;
  }
}

function put(id, fresh, change) {
  const [old, now] = [document.getElementById(id), fresh.getElementById(id)];
  if (old && now) change(old, now);
}
