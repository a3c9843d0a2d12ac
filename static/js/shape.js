// The shapes the picked pack comes in, and why it comes in no others.
const field = document.querySelector("[data-shape]");

function obey({ dataset }) {
  const offered = dataset.aspects.split(" ");
  const inputs = [...field.querySelectorAll("input")];
  for (const input of inputs) input.parentElement.hidden = !offered.includes(input.value);
  if (!offered.includes(inputs.find((input) => input.checked)?.value)) {
    inputs.find((input) => input.value === dataset.aspect).checked = true;
  }
  const note = field.querySelector("[data-shape-note]");
  note.textContent = dataset.aspectNote;
  note.hidden = !dataset.aspectNote;
}

if (field) {
  const packs = [...document.querySelectorAll("input[name=pack]")];
  for (const pack of packs) pack.addEventListener("change", () => obey(pack));
  const chosen = packs.find((pack) => pack.checked);
  if (chosen) obey(chosen);
}
