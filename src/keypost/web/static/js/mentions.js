/** Mentions as this reader sees them: those that call them stand out, and channels that they take part in are links.

    Every reader gets the same messages; what differs is added here. */

const CHANNEL_ID = /^O(\d+)$/;

export class Mentions {
  #chats = document.getElementById("sidebar-chats");
  #person;
  #teams;

  /** Marks what stands in `list`, and whatever comes into it. */
  constructor(list, person, teams) {
    this.#person = person;
    this.#teams = teams;
    this.#mark(list);
    const arrivals = new MutationObserver((changes) => {
      for (const { addedNodes } of changes) {
        for (const node of addedNodes) if (node instanceof Element) this.#mark(node);
      }
    });
    arrivals.observe(list, { childList: true, subtree: true });
  }

  #mark(root) {
    for (const mention of root.querySelectorAll(".mention:not(.mention-mine)")) {
      const calls = this.#calls(mention);
      if (calls !== null) highlight(mention, calls);
      if (mention.dataset.channel) this.#link(mention);
    }
  }

  /** How it calls this reader, in words that its text has not; null if it does not. */
  #calls({ classList, dataset }) {
    if (classList.contains("mention-all")) return "";
    if (dataset.person === this.#person) return " (you)";
    return this.#teams.includes(dataset.team) ? " (your team)" : null;
  }

  #link(mention) {
    const chat = this.#find(mention.dataset.channel);
    if (!chat || mention.closest("a, button") || mention.querySelector("a")) return;
    const link = document.createElement("a");
    link.href = chat.href;
    link.textContent = `#${chat.dataset.name}`;
    mention.replaceChildren(link);
  }

  /** The reader's own channel that is written so: by its id, or by its unique name. */
  #find(written) {
    const id = CHANNEL_ID.exec(written)?.[1];
    const asWritten = id ? `[data-name][data-chat^="CT_${id}_"]` : `[data-name="${CSS.escape(written)}"]`;
    return this.#chats.querySelector(asWritten);
  }
}

function highlight(mention, words) {
  mention.classList.add("mention-mine");
  mention.closest(".message")?.classList.add("message-calls");
  if (!words) return;
  const spoken = document.createElement("span");
  spoken.className = "visually-hidden";
  spoken.textContent = words;
  mention.append(spoken);
}
