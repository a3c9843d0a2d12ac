// The prompt box: Ctrl/Cmd+Enter sends, one click sends once, a long prompt grows the box.
function grow(area) {
  if (CSS.supports("field-sizing", "content")) return;
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}

function wait(form) {
  for (const button of form.querySelectorAll("button[type=submit]")) {
    button.setAttribute("aria-busy", "true");
  }
}

function ready(form) {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[aria-busy]")) button.removeAttribute("aria-busy");
}

function carry(form, link) {
  const target = new URL(link.href);
  for (const [name, value] of new FormData(form)) {
    if (["prompt", "pack"].includes(name) && value) target.searchParams.set(name, value);
  }
  link.href = target.href;
}

// The picked cover is in sight, also when its row is scrolled.
function showPicked(form) {
  const picked = form.querySelector("input[name=pack]:checked")?.parentElement;
  const row = picked?.parentElement;
  if (row && row.scrollWidth > row.clientWidth) {
    row.scrollLeft = picked.offsetLeft - row.offsetLeft - (row.clientWidth - picked.clientWidth) / 2;
  }
}

for (const form of document.querySelectorAll("[data-composer]")) {
  showPicked(form);
  for (const area of form.querySelectorAll("[data-grow]")) {
    area.addEventListener("input", () => grow(area));
    grow(area);
  }
  for (const link of form.querySelectorAll("[data-carry]")) {
    link.addEventListener("click", () => carry(form, link));
  }
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    wait(form);
  });
}

// Back from the next page (also out of the back-forward cache): the box may send again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("[data-composer]")) ready(form);
});
