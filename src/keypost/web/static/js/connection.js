/** Whether the page hears what happens; said only when a cut lasts, for most mend before anybody notices. */

const PATIENCE_MS = 3_000;

export class Connection {
  #chat = document.getElementById("chat");
  #status = document.getElementById("connection");
  #timer = 0;

  open() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#chat.dataset.live = "on";
    this.#status.textContent = "";
  }

  lost() {
    this.#chat.dataset.live = "off";
    this.#timer ||= setTimeout(() => {
      this.#status.textContent = "Reconnecting…";
    }, PATIENCE_MS);
  }
}
