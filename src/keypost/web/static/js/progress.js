/** Says that an answer is awaited, to those who do not see the turning wheel. Not of what is answered at once. */

const PATIENCE_MS = 1_000;

export class Progress {
  #place;
  #timer = 0;

  /** `place` answers the status element that is on the page now, or null. */
  constructor(place) {
    this.#place = place;
  }

  begin() {
    this.#timer = setTimeout(() => this.#say("Waiting for an answer…"), PATIENCE_MS);
  }

  end() {
    clearTimeout(this.#timer);
    this.#say("");
  }

  #say(text) {
    const place = this.#place();
    if (place) place.textContent = text;
  }
}
