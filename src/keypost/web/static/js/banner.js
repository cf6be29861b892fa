/** Lines for this person alone, at the edge of the page. A failure stays until it is read; a success goes by itself. */

const SHOWN_MS = 8_000;

export class Banners {
  #region = document.getElementById("banners");

  /** Behind an open dialog nobody would see it or hear of it: so it waits. */
  show(banner) {
    const dialog = document.querySelector("dialog[open]");
    if (dialog) dialog.addEventListener("close", () => this.show(banner), { once: true });
    else this.#put(banner);
  }

  #put({ text, status }) {
    const banner = document.getElementById("banner-shape").content.cloneNode(true).firstElementChild;
    banner.classList.add(`banner-${status === "failure" ? "failure" : "success"}`);
    banner.querySelector("[data-text]").textContent = text;
    banner.querySelector("button").addEventListener("click", () => this.#dismiss(banner));
    this.#region.prepend(banner); // What is new is seen first, however long the others are.
    if (status !== "failure") setTimeout(() => this.#leave(banner), SHOWN_MS);
  }

  /** Whoever read it goes on with the next one, or with the messages. */
  #dismiss(banner) {
    banner.remove();
    (this.#region.querySelector("button") ?? document.getElementById("log")).focus({ preventScroll: true });
  }

  /** Not under somebody's eyes or keyboard. */
  #leave(banner) {
    if (banner.matches(":hover, :focus-within")) setTimeout(() => this.#leave(banner), SHOWN_MS);
    else banner.remove();
  }
}
