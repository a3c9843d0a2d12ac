// Words the model knows: chips put them in, "Surprise me" fills the box, near words mend slips.
const form = document.querySelector("[data-composer]");
const area = form?.querySelector("[name=prompt]");

function put(text) {
  area.value = text;
  area.dispatchEvent(new Event("input", { bubbles: true }));
}

function add(word) {
  const said = area.value.trimEnd();
  put(said ? `${said} ${word}` : word);
}

function mend(word, known) {
  const strange = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const alone = new RegExp(`(?<![\\p{L}\\p{N}])${strange}(?![\\p{L}\\p{N}])`, "giu");
  put(area.value.replace(alone, () => known));
  area.focus();
}

// A checked pack of another model brings that model's words.
function showShelf() {
  const picked = form.querySelector("[name=pack]:is(:checked, [type=hidden])");
  for (const shelf of form.querySelectorAll("[data-shelf]")) {
    shelf.hidden = shelf.dataset.shelf !== picked?.dataset.checkpoint;
  }
}

async function surprise(link) {
  const asked = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (["pack", "second"].includes(name) && value) asked.set(name, value);
  }
  link.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(`${link.dataset.surprise}?${asked}`);
    if (!answer.ok) throw new Error(answer.statusText);
    put(await answer.text());
  } catch {
    location.assign(link.href);
  } finally {
    link.removeAttribute("aria-busy");
  }
}

function asButton(chip) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = chip.className;
  button.textContent = chip.textContent;
  chip.replaceWith(button);
}

if (area) {
  for (const chip of form.querySelectorAll("[data-word] > .chip")) asButton(chip);
  form.addEventListener("click", (event) => {
    const chip = event.target.closest("[data-word] > .chip");
    const near = event.target.closest("[data-replace]");
    const link = event.target.closest("[data-surprise]");
    if (chip) add(chip.textContent);
    if (near) mend(near.dataset.replace, near.dataset.known);
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    surprise(link);
  });
  form.addEventListener("change", showShelf);
  showShelf();
}
