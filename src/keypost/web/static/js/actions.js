/**
 * The buttons at the edge of each message. Of all of them one stands in the order of Tab; up and down lead from message
 * to message, left and right along one message's.
 */

const ROW = ".message-actions";
const ACTION = `${ROW} .message-action`;
const GAP_PX = 4;

export class Actions {
  #log = document.getElementById("log");

  constructor() {
    this.#log.addEventListener("keydown", (event) => this.#walk(event));
    this.#log.addEventListener("focusin", (event) => event.target.matches(ACTION) && this.#stopAt(event.target));
    new MutationObserver(() => this.#settle()).observe(this.#log, { childList: true, subtree: true });
    this.#settle();
  }

  #settle() {
    const rows = this.#log.querySelectorAll(ROW);
    if (!this.#log.contains(document.activeElement) && rows.length > 0) {
      this.#stopAt(seen(rows[rows.length - 1])[0]);
    }
  }

  #stopAt(button) {
    for (const other of this.#log.querySelectorAll(`${ACTION}[tabindex="0"]`)) other.tabIndex = -1;
    button.tabIndex = 0;
  }

  #walk(event) {
    if (!event.target.matches(ACTION)) return;
    const next = this.#next(event.target, event.key);
    if (next === null) return;
    event.preventDefault();
    next?.focus();
  }

  /** Null for a key that leads nowhere by its nature, undefined at an end. */
  #next(button, key) {
    const row = button.closest(ROW);
    const column = seen(row).indexOf(button);
    const along = { ArrowLeft: -1, ArrowRight: 1 }[key];
    if (along) return seen(row)[column + along];
    const step = { ArrowUp: -1, ArrowDown: 1 }[key];
    if (!step) return null;
    const rows = [...this.#log.querySelectorAll(ROW)];
    const other = rows[rows.indexOf(row) + step];
    return other && seen(other)[column];
  }
}

/** A phone shows fewer of them. */
function seen(row) {
  return [...row.children].filter((button) => button.checkVisibility());
}

/** Shows a popover at a button, whole and within the page. */
export function showAt(popover, button) {
  popover.showPopover();
  const at = button.getBoundingClientRect();
  const { width, height } = popover.getBoundingClientRect();
  const above = at.top - height - GAP_PX;
  const below = Math.min(at.bottom + GAP_PX, innerHeight - height - GAP_PX);
  popover.style.left = `${Math.max(GAP_PX, Math.min(at.right - width, innerWidth - width - GAP_PX))}px`;
  popover.style.top = `${above > GAP_PX ? above : below}px`;
}
