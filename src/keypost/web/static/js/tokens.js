/** The page of tokens: asks before it revokes. Without this script, the buttons revoke at once. */

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
