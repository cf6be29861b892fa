/** The files that a person has chosen for the next message, each of which can be taken out again. */

export class Attachments {
  #button = document.getElementById("attach");
  #input = document.getElementById("attach-input");
  #list = document.getElementById("attachments");
  #shape = document.getElementById("attachment-shape");
  #files = [];
  #changed;

  /** `changed()` is told whenever there are more or fewer of them. */
  constructor(changed) {
    this.#changed = changed;
    this.#button.addEventListener("click", () => this.#input.click());
    this.#input.addEventListener("change", () => {
      this.add([...this.#input.files]);
      this.#input.value = ""; // The same file can be chosen again.
    });
    this.#list.addEventListener("click", (event) => this.#take(event.target.closest("button")));
  }

  get any() {
    return this.#files.length > 0;
  }

  add(files) {
    this.#files.push(...files);
    this.#show();
  }

  /** What is sent: the files, and what is said about the first of them. */
  form(text) {
    const form = new FormData();
    for (const file of this.#files) form.append("file", file, file.name);
    if (text.trim()) form.append("comments", JSON.stringify([text]));
    return form;
  }

  empty() {
    this.#files = [];
    this.#show();
  }

  set disabled(disabled) {
    this.#button.disabled = disabled;
    for (const button of this.#list.querySelectorAll("button")) button.disabled = disabled;
  }

  #take(button) {
    if (!button) return;
    this.#files.splice([...this.#list.children].indexOf(button.closest("li")), 1);
    this.#show();
    this.#button.focus(); // The button that was pressed is gone; the keyboard must not be.
  }

  #show() {
    this.#list.replaceChildren(...this.#files.map((file) => this.#entry(file)));
    this.#list.hidden = !this.any;
    this.#changed();
  }

  #entry(file) {
    const entry = this.#shape.content.cloneNode(true).firstElementChild;
    entry.querySelector("bdi").textContent = file.name;
    entry.querySelector("button").ariaLabel = `Do not send ${file.name}`;
    return entry;
  }
}
