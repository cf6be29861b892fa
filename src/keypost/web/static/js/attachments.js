/** The files that a person has chosen for the next message, each of which can be taken out again. */

const MIB = 1024 * 1024;

export class Attachments {
  #button = document.getElementById("attach");
  #input = document.getElementById("attach-input");
  #list = document.getElementById("attachments");
  #shape = document.getElementById("attachment-shape");
  #files = [];
  #changed;
  #bytesMost;
  #filesMost;

  /**
   * The form's `fileBytesMax` and `filesMax` bound them. `changed(why)` is told whenever there are more or fewer of them;
   * `why` is empty, or says why something that was chosen is not among them.
   */
  constructor({ fileBytesMax, filesMax }, changed) {
    this.#bytesMost = Number(fileBytesMax);
    this.#filesMost = Number(filesMax);
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
    const large = files.filter((file) => file.size > this.#bytesMost);
    const room = this.#filesMost - this.#files.length;
    const fitting = files.filter((file) => !large.includes(file));
    this.#files.push(...fitting.slice(0, room));
    this.#show([...large.map((file) => this.#tooLarge(file)), fitting.length > room ? this.#tooMany() : ""]);
  }

  /** What is sent: the files, what is said about the first of them, and further fields. */
  form(text, fields) {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
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

  #tooLarge(file) {
    return `${file.name} is too large: a file has at most ${this.#bytesMost / MIB} MiB.`;
  }

  #tooMany() {
    return `Only ${this.#filesMost} files go at once: send these first.`;
  }

  #show(why = []) {
    this.#list.replaceChildren(...this.#files.map((file) => this.#entry(file)));
    this.#list.hidden = !this.any;
    this.#changed(why.filter(Boolean).join(" "));
  }

  #entry(file) {
    const entry = this.#shape.content.cloneNode(true).firstElementChild;
    entry.querySelector("bdi").textContent = file.name;
    entry.querySelector("button").ariaLabel = `Do not send ${file.name}`;
    return entry;
  }
}
