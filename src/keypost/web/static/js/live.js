/** This page's end of the stream of events: it remembers how far the page is, and survives being put aside. */

import { NUMBERED, Stream } from "./live-worker.js";
import { worker } from "./trusted.js";

export class Live {
  #receive;
  #chat = "";
  #since = 0;
  #line;

  /** `person` names the shared stream: after another sign-in in the same browser, tabs must not share the old one. */
  constructor(person, receive) {
    this.#receive = receive;
    this.#line = this.#shared(person) ?? this.#own();
    addEventListener("pagehide", () => this.#line.leave());
    addEventListener("pageshow", (event) => event.persisted && this.#line.join());
  }

  /** Hear all that happens after event number `since`. */
  join(chat, since) {
    this.#chat = chat;
    this.#since = since;
    this.#line.join();
  }

  #take = (frame) => {
    if (frame.kind === "unfit") this.#fallBack();
    else {
      if (NUMBERED.includes(frame.kind)) this.#since = frame.number;
      this.#receive(frame);
    }
  };

  #shared(person) {
    if (globalThis.SharedWorker === undefined) return null;
    const shared = worker({ name: `keypost-${person}`, type: "module" });
    shared.addEventListener("error", () => this.#fallBack());
    shared.port.onmessage = ({ data }) => this.#take(data);
    return {
      join: () => shared.port.postMessage({ kind: "join", chat: this.#chat, since: this.#since }),
      leave: () => shared.port.postMessage({ kind: "leave" }),
    };
  }

  #own() {
    const stream = new Stream();
    return {
      join: () => stream.join(this.#take, this.#chat, this.#since),
      leave: () => stream.leave(this.#take),
    };
  }

  #fallBack() {
    this.#line.leave();
    this.#line = this.#own();
    this.#line.join();
  }
}
