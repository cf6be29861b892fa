/** Copying what an element shows, said in words on its button and to screen readers; and a text that is not shown. */

const SHOWN_MS = 2_000;

/** `button` names the element in `data-copy`; `root` holds a `[data-copied]` status. */
export async function copy(button, root) {
  const source = root.querySelector(`#${CSS.escape(button.dataset.copy)}`);
  const done = (await written(source.textContent)) || selected(source);
  const label = button.querySelector("[data-copy-label]");
  label.textContent = done ? "Copied" : "Press Ctrl+C";
  root.querySelector("[data-copied]").textContent = done ? "Copied." : "Selected. Press Control and C to copy.";
  setTimeout(() => {
    label.textContent = "Copy";
  }, SHOWN_MS);
}

/** The banner that says what a sender's button has put there: nobody saw it before. */
export async function copyText(text) {
  if (await written(text)) return { text: `Copied: ${text}`, status: "success" };
  return { text: `This browser lets the page copy nothing. Copy it from here: ${text}`, status: "failure" };
}

/** Browsers give the clipboard to secure pages only. */
async function written(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

/** Ready for the keyboard; false, for nothing is copied yet. */
function selected(source) {
  source.focus();
  getSelection().selectAllChildren(source);
  return false;
}
