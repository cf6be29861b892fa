/** The pages of tokens: asks before it revokes (without this script, the buttons revoke at once), and saves settings. */

import { ask, Refused } from "./ask.js";
import { settingsOf } from "./token-settings.js";

const dialog = document.getElementById("revoke-dialog");
let asked = null;

for (const form of document.querySelectorAll(".token-revoke")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    asked = form;
    for (const place of dialog.querySelectorAll("[data-fill]")) place.textContent = form.dataset[place.dataset.fill];
    dialog.showModal();
  });
}

dialog.addEventListener("submit", (event) => {
  if (event.submitter.value === "revoke") asked.submit(); // Not requestSubmit: that would ask again.
});

for (const form of document.querySelectorAll("[data-settings]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save(form);
  });
  form.addEventListener("change", () => tell(form, {}));
}

async function save(form) {
  if (form.ariaBusy === "true") return;
  form.ariaBusy = "true";
  tell(form, {});
  try {
    await ask(form.dataset.settings, { settings: settingsOf(form) });
    tell(form, { saved: "Saved. It holds for what arrives from now on." });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    tell(form, { refusal: error.message });
  } finally {
    form.ariaBusy = null;
  }
}

function tell(form, { saved = "", refusal = "" }) {
  form.querySelector("[data-saved]").textContent = saved;
  const place = form.querySelector("[data-refusal]");
  place.textContent = refusal;
  place.hidden = !refusal;
}
