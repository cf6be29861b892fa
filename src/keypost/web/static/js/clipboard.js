/** Copying what an element shows, said in words on its button and to screen readers. */

const SHOWN_MS = 2_000;

/** `button` names the element in `data-copy`; `root` holds a `[data-copied]` status. */
export async function copy(button, root) {
  const source = root.querySelector(`#${CSS.escape(button.dataset.copy)}`);
  const done = await written(source);
  const label = button.querySelector("[data-copy-label]");
  label.textContent = done ? "Copied" : "Press Ctrl+C";
  root.querySelector("[data-copied]").textContent = done ? "Copied." : "Selected. Press Control and C to copy.";
  setTimeout(() => {
    label.textContent = "Copy";
  }, SHOWN_MS);
}

/** Browsers give the clipboard to secure pages only; elsewhere the text is selected, ready for the keyboard. */
async function written(source) {
  try {
    await navigator.clipboard.writeText(source.textContent);
    return true;
  } catch {
    source.focus();
    getSelection().selectAllChildren(source);
    return false;
  }
}
