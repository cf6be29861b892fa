/** The list of chats: which have something new, which are new, and whether a phone shows the list. */

export class Sidebar {
  #element = document.getElementById("sidebar");
  #chats = document.getElementById("sidebar-chats");
  #toggle = document.getElementById("sidebar-toggle");
  #main = document.getElementById("chat");

  constructor() {
    this.#toggle.addEventListener("click", () => this.#open(true));
    for (const id of ["scrim", "sidebar-close"]) {
      document.getElementById(id).addEventListener("click", () => this.#open(false));
    }
    document.addEventListener("keydown", (event) => event.key === "Escape" && this.#open(false));
    // Turned or widened, the page has room for both again.
    matchMedia("(width > 45rem)").addEventListener("change", () => this.#open(false));
  }

  markUnread(chat) {
    const link = this.#link(chat);
    if (!link || link.ariaCurrent === "page") return;
    link.classList.add("chat-link-unread");
    link.querySelector(".unread").hidden = false;
  }

  /** Add a chat, or give a known one its new name and title. */
  put({ id, title, kind, href, unique_name: name }) {
    const section = this.#chats.querySelector(`[data-kind="${CSS.escape(kind)}"]`);
    let link = this.#link(id);
    if (!link && section) {
      const entry = section.querySelector("template").content.cloneNode(true);
      link = entry.querySelector("a");
      link.dataset.chat = id;
      link.href = new URL(href, location.origin).pathname; // Never out of here, whatever is told.
      section.querySelector("ul").append(entry);
      section.hidden = false;
    }
    if (link && name) link.dataset.name = name;
    if (link) link.querySelector("bdi").textContent = title.replace(/^#/, "");
  }

  /** A chat that the person no longer takes part in; a heading goes with the last one under it. */
  remove(id) {
    const link = this.#link(id);
    const section = link?.closest("section");
    link?.closest("li").remove();
    if (section) section.hidden = section.querySelector("li") === null;
  }

  replace(chats) {
    this.#chats.replaceChildren(...chats.children);
  }

  #link(chat) {
    return this.#chats.querySelector(`[data-chat="${CSS.escape(chat)}"]`);
  }

  #open(open) {
    if (open === (this.#toggle.ariaExpanded === "true")) return;
    this.#toggle.ariaExpanded = String(open);
    this.#element.classList.toggle("sidebar-open", open);
    this.#main.inert = open;
    if (open) this.#element.querySelector("[aria-current], a").focus();
    else this.#toggle.focus();
  }
}
