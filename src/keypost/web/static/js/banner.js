/** Lines for this person alone, at the edge of the page. A failure stays until it is read; a success goes by itself. */

const SHOWN_MS = 8_000;

export class Banners {
  #region = document.getElementById("banners");

  show({ text, status }) {
    const banner = document.getElementById("banner-shape").content.cloneNode(true).firstElementChild;
    banner.classList.add(`banner-${status === "failure" ? "failure" : "success"}`);
    banner.querySelector("[data-text]").textContent = text;
    banner.querySelector("button").addEventListener("click", () => banner.remove());
    this.#region.append(banner);
    if (status !== "failure") setTimeout(() => this.#leave(banner), SHOWN_MS);
  }

  /** Not under somebody's eyes or keyboard. */
  #leave(banner) {
    if (banner.matches(":hover, :focus-within")) setTimeout(() => this.#leave(banner), SHOWN_MS);
    else banner.remove();
  }
}
