// Single keys, written down in the dialog that "?" opens. They never fire while one types, and can
// be switched off there for people whose dictation or hands would press them by accident.
const root = document.documentElement;
const KEPT = "keys";
const STEP = 5;
const dialog = document.getElementById("shortcuts");
const studio = document.querySelector("[data-studio]");
const prompt = document.querySelector("[data-composer] [name=prompt]");

function kept() {
  try { return localStorage.getItem(KEPT); } catch { return null; }
}

function keep(value) {
  try { localStorage.setItem(KEPT, value); } catch { /* private mode: for this page only */ }
  root.dataset.keys = value;
}

function change(input) {
  for (const kind of ["input", "change"]) input.dispatchEvent(new Event(kind, { bubbles: true }));
}

function turn(by) {
  const range = studio.querySelector("input[name=strength]");
  range.value = Number(range.value) + by;
  change(range);
}

function check(input) {
  if (!input || input.checked || !input.parentElement.offsetParent) return;
  input.checked = true;
  change(input);
}

function next(name) {
  const shown = [...studio.querySelectorAll(`input[name=${name}]`)].filter((each) => each.parentElement.offsetParent);
  check(shown[(shown.findIndex((each) => each.checked) + 1) % shown.length]);
}

const count = (many) => check(studio.querySelector(`input[name=count][value="${many}"]`));
const EVERYWHERE = {
  "?": () => dialog.showModal(),
  "/": () => (prompt ? prompt.focus() : location.assign(dialog.dataset.create)),
};
const IN_THE_STUDIO = {
  d: () => next("quality"),
  a: () => next("aspect"),
  r: () => studio.querySelector("[data-seed-shuffle]").click(),
  "[": () => turn(-STEP),
  "]": () => turn(STEP),
  ...Object.fromEntries([1, 2, 3, 4].map((many) => [many, () => count(many)])),
};

function isTyping(target) {
  return target.isContentEditable || target.closest("textarea, select, dialog, input:not([type=radio], [type=checkbox], [type=range])");
}

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.isComposing) return;
  if (root.dataset.keys === "off" && event.key !== "?") return;
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const does = EVERYWHERE[event.key] ?? (studio && IN_THE_STUDIO[event.key.toLowerCase()]);
  if (!does) return;
  event.preventDefault();
  does();
}

if (dialog) {
  const off = dialog.querySelector("[data-keys-off]");
  root.dataset.keys = kept() ?? "on";
  off.checked = root.dataset.keys === "off";
  off.addEventListener("change", () => keep(off.checked ? "off" : "on"));
  document.addEventListener("keydown", press);
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  for (const opener of document.querySelectorAll("[data-shortcuts]")) {
    opener.hidden = false;
    opener.addEventListener("click", () => dialog.showModal());
  }
  if (/Mac|iP/.test(navigator.platform)) for (const key of dialog.querySelectorAll("[data-ctrl]")) key.textContent = "⌘";
}
