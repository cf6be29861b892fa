/**
 * One stream of events for all tabs of a browser. A tab joins with the number of the event its page was taken at and
 * is given each event after that once, in order.
 *
 * Runs as a SharedWorker; where there is none, a page imports `Stream` and holds one of its own. It imports nothing,
 * so that its answer's policy needs to allow nothing but connecting.
 */

/** What is in the log, each with its number; the others are told once, to whoever is there. */
export const NUMBERED = [
  "message",
  "edited",
  "deleted",
  "reactions",
  "votes",
  "voted",
  "thread",
  "chat",
  "joined",
  "left",
];
const KINDS = [...NUMBERED, "members", "banner", "private", "reset"];
const RETRY_FIRST_MS = 1_000;
const RETRY_MOST_MS = 30_000;

export class Stream {
  #tabs = new Map(); // Each tab's way to be told, with the number of the last event it has.
  #position = 0;
  #source = null;
  #chat = "";
  #failures = 0;
  #timer = 0;

  join(tab, chat, since) {
    this.#tabs.set(tab, since);
    this.#chat = chat;
    // A page older than the stream missed what lies between: the stream goes back, and the others skip what they have.
    if (this.#source === null || since < this.#position) this.#open(since);
    else if (this.#source.readyState === EventSource.OPEN) tab({ kind: "open" });
  }

  leave(tab) {
    this.#tabs.delete(tab);
    if (this.#tabs.size === 0) this.#close();
  }

  tell(frame) {
    for (const tab of this.#tabs.keys()) tab(frame);
  }

  #open(since) {
    this.#close();
    this.#position = since;
    const source = new EventSource(this.#address());
    this.#source = source;
    source.addEventListener("open", () => this.#opened());
    source.addEventListener("error", () => this.#failed());
    for (const kind of KINDS) source.addEventListener(kind, (event) => this.#take(kind, event));
  }

  #close() {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = null;
  }

  #address() {
    return `/live?${new URLSearchParams({ chat: this.#chat, since: this.#position })}`;
  }

  #opened() {
    this.#failures = 0;
    this.tell({ kind: "open" });
  }

  #take(kind, event) {
    const number = Number(event.lastEventId);
    this.#position = Math.max(this.#position, number);
    if (kind === "reset") {
      // Every tab takes a new page and joins again from there.
      const tabs = [...this.#tabs.keys()];
      this.#tabs.clear();
      this.#close();
      for (const tab of tabs) tab({ kind });
      return;
    }
    const data = JSON.parse(event.data);
    for (const [tab, known] of this.#tabs) {
      if (NUMBERED.includes(kind)) {
        if (number <= known) continue;
        this.#tabs.set(tab, number);
      }
      tab({ kind, data, number });
    }
  }

  #failed() {
    this.tell({ kind: "lost" });
    // A cut line is mended by the browser itself; a refusal is not, nor in some browsers a server that restarts.
    if (this.#source?.readyState === EventSource.CLOSED) this.#retry();
  }

  #retry() {
    const wait = Math.min(RETRY_MOST_MS, RETRY_FIRST_MS * 2 ** this.#failures) * (0.5 + Math.random());
    this.#failures += 1;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(async () => {
      const status = await this.#status();
      if (status === 401) this.tell({ kind: "signed-out" });
      else if (status === 0) this.#retry();
      else this.#open(this.#position);
    }, wait);
  }

  /** An EventSource does not say why it was refused: ask once more and look. 0 if there is no answer. */
  async #status() {
    const look = new AbortController();
    try {
      const response = await fetch(this.#address(), { signal: look.signal, headers: { Accept: "text/event-stream" } });
      return response.status;
    } catch {
      return 0;
    } finally {
      look.abort();
    }
  }
}

if (globalThis.SharedWorkerGlobalScope !== undefined) {
  const stream = new Stream();
  self.addEventListener("connect", ({ ports: [port] }) => {
    const tab = (frame) => port.postMessage(frame);
    port.onmessage = ({ data }) => {
      if (data.kind === "join") stream.join(tab, data.chat, data.since);
      else stream.leave(tab);
    };
  });
  // A policy, perhaps of a proxy, that forbids this worker to connect: each page then holds a stream of its own.
  self.addEventListener("securitypolicyviolation", () => stream.tell({ kind: "unfit" }));
}
