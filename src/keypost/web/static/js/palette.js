/** The commands that fit what is written after `/`: a list under the keyboard's control, the focus stays in the text. */

const TYPING_A_COMMAND = /^\/(\S*)$/;

export class Palette {
  #field;
  #list = document.getElementById("commands");
  #status = document.getElementById("commands-status");
  #options = [...(this.#list?.children ?? [])];
  #fitting = [];
  #active = -1;
  #dismissed = false;

  constructor(field) {
    this.#field = field;
    // Before the field loses the focus by the click.
    this.#list?.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const option = event.target.closest("[role=option]");
      if (option) this.#complete(option);
    });
    field.addEventListener("blur", () => this.close());
  }

  /** Show what fits the field's text now. */
  update() {
    const typed = TYPING_A_COMMAND.exec(this.#field.value)?.[1].toLowerCase();
    if (typed === undefined) this.#dismissed = false;
    const fits = (option) => typed !== undefined && option.dataset.command.startsWith(typed);
    this.#show(this.#dismissed ? [] : this.#options.filter(fits));
  }

  close() {
    this.#show([]);
  }

  /** Whether the key was for the list. A command that stands there whole is sent, not completed again. */
  key(event) {
    if (this.#fitting.length === 0 || event.isComposing) return false;
    const option = this.#fitting[this.#active];
    switch (event.key) {
      case "ArrowDown":
        return this.#activate(this.#active + 1);
      case "ArrowUp":
        return this.#activate(this.#active - 1);
      case "Escape":
        this.#dismissed = true;
        this.close();
        return true;
      case "Tab":
        return !event.shiftKey && this.#complete(option);
      case "Enter":
        return !event.shiftKey && this.#field.value !== `/${option.dataset.command}` && this.#complete(option);
      default:
        return false;
    }
  }

  #show(fitting) {
    const before = this.#fitting.length;
    this.#fitting = fitting;
    if (!this.#list) return;
    this.#list.hidden = fitting.length === 0;
    for (const option of this.#options) option.hidden = !fitting.includes(option);
    if (fitting.length > 0) this.#activate(0);
    else this.#field.removeAttribute("aria-activedescendant");
    if (fitting.length !== before) this.#status.textContent = said(fitting.length);
  }

  #activate(index) {
    this.#active = (index + this.#fitting.length) % this.#fitting.length;
    for (const option of this.#options) option.ariaSelected = String(option === this.#fitting[this.#active]);
    const option = this.#fitting[this.#active];
    this.#field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
    return true;
  }

  #complete(option) {
    this.#field.value = `/${option.dataset.command} `;
    this.#field.dispatchEvent(new Event("input", { bubbles: true }));
    return true;
  }
}

function said(count) {
  if (count === 0) return "";
  return count === 1 ? "1 command. Tab completes it." : `${count} commands. Arrow keys choose, Tab completes.`;
}
