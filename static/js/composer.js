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

// A page out of the back-forward cache is sent as a new wish, not taken for the one before.
function renewKey(form) {
  const key = form.querySelector("input[name=key]");
  if (key) key.value = [...crypto.getRandomValues(new Uint32Array(4))].map((n) => n.toString(16)).join("");
}

// Offline, the browser would leave for an error page; the words stay and the page says why.
function tellOffline(form) {
  const note = form.querySelector("[data-offline]");
  if (!note) return false;
  note.hidden = navigator.onLine;
  if (navigator.onLine) return false;
  note.scrollIntoView({ block: "nearest" });
  return true;
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
    if (form.dataset.sent || tellOffline(form)) { event.preventDefault(); return; }
    form.dataset.sent = "yes";
    wait(form);
  });
}

// Back from the next page (also out of the back-forward cache): the box may send again.
window.addEventListener("pageshow", (event) => {
  for (const form of document.querySelectorAll("[data-composer]")) {
    ready(form);
    if (event.persisted) renewKey(form);
  }
});
window.addEventListener("online", () => {
  for (const form of document.querySelectorAll("[data-composer]")) tellOffline(form);
});
