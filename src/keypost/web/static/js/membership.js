/** Who takes part in this chat: how many, and whether the person before the page still does. */

export class Membership {
  #count = document.getElementById("members");
  #notice = document.getElementById("gone");
  #form = document.getElementById("composer");

  get isOver() {
    return this.#form.hidden;
  }

  /** `text` as a person reads it; chats of two say nothing of it. */
  count(text) {
    if (this.#count) this.#count.textContent = text;
  }

  /** Nothing can be written here any more: the notice stands where the composer was, and takes its focus. */
  end() {
    const hadFocus = this.#form.contains(document.activeElement);
    this.#form.hidden = true;
    this.#notice.textContent = this.#notice.dataset.sentence;
    if (hadFocus) this.#notice.focus();
  }

  resume() {
    this.#form.hidden = false;
    this.#notice.textContent = "";
  }
}
