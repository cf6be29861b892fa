/** What is chosen for a token in a form: for each setting a switch, one of its options, or a list of them. */

const READ = {
  switch: (inputs) => inputs[0].checked,
  choice: (inputs) => inputs.find((input) => input.checked)?.value,
  choices: (inputs) => inputs.filter((input) => input.checked).map((input) => input.value),
};

export function settingsOf(form) {
  const settings = {};
  for (const group of form.querySelectorAll("[data-setting]")) {
    const { setting, type } = group.dataset;
    settings[setting] = READ[type]([...group.querySelectorAll("input")]);
  }
  return settings;
}
