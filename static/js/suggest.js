// Suggests known words while one types: arrows choose, Enter takes, Escape closes.
import { gettext, interpolate, ngettext } from "./i18n.js";

const MOST = 6;
const TAIL = /(?:[\p{L}\p{N}'’-]+ ){0,3}[\p{L}\p{N}'’-]+$/u;
const area = document.querySelector("[data-composer] [name=prompt]");
const list = document.createElement("ul");
const status = document.createElement("p");
let chosen = -1;

function known() {
  const shelf = document.querySelector("[data-shelf]:not([hidden])");
  if (!shelf) return [];
  const items = [...shelf.querySelectorAll("[data-word], option")];
  return items.map((item) => ({
    text: item.value || item.textContent,
    hint: item.closest("[data-hint]").dataset.hint,
  }));
}

// The last one to four words before the caret, the longest run first.
function tails() {
  const { selectionStart: at, selectionEnd: end, value } = area;
  if (at !== end || /^[\p{L}\p{N}]/u.test(value.slice(at))) return [];
  const words = TAIL.exec(value.slice(0, at))?.[0].split(" ") ?? [];
  return words.map((_, i) => words.slice(i).join(" ")).filter((tail) => tail.length > 1);
}

function found() {
  const words = known();
  const matches = new Map();
  for (const tail of tails()) {
    const typed = tail.toLowerCase();
    if (words.some((word) => word.text === typed)) return [];
    for (const word of words) {
      if (word.text.startsWith(typed) && !matches.has(word.text)) matches.set(word.text, { ...word, tail });
    }
  }
  return [...matches.values()].slice(0, MOST);
}

function close() {
  list.hidden = true;
  status.textContent = "";
  choose(-1);
}

function choose(index) {
  chosen = index;
  [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === index)));
  if (index < 0) area.removeAttribute("aria-activedescendant");
  else area.setAttribute("aria-activedescendant", list.children[index].id);
}

function option(word, index) {
  const item = document.createElement("li");
  const hint = document.createElement("span");
  item.id = `suggestion-${index}`;
  item.className = "suggest__one";
  item.setAttribute("role", "option");
  item.dataset.tail = word.tail;
  item.dataset.text = word.text;
  hint.className = "suggest__hint";
  hint.textContent = word.hint;
  item.append(word.text, hint);
  return item;
}

function open() {
  const words = found();
  if (!words.length) return close();
  list.replaceChildren(...words.map(option));
  list.hidden = false;
  choose(-1);
  const said = ngettext("%(count)s known word: arrow down to choose", "%(count)s known words: arrow down to choose", words.length);
  status.textContent = interpolate(said, { count: words.length });
}

function take(item) {
  const at = area.selectionStart;
  area.setRangeText(item.dataset.text, at - item.dataset.tail.length, at, "end");
  close();
  area.dispatchEvent(new Event("input", { bubbles: true }));
  close();
}

function steer(event) {
  if (list.hidden || event.ctrlKey || event.metaKey || event.isComposing) return;
  const count = list.children.length;
  if (event.key === "ArrowDown") choose((chosen + 1) % count);
  else if (event.key === "ArrowUp") choose((chosen <= 0 ? count : chosen) - 1);
  else if (event.key === "Enter" && chosen >= 0) take(list.children[chosen]);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
}

if (area && document.querySelector("[data-shelf]")) {
  list.id = "suggestions";
  list.className = "suggest";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", gettext("Words the model knows"));
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  const frame = document.createElement("div");
  frame.className = "suggest__frame";
  area.replaceWith(frame);
  frame.append(area, list, status);
  area.setAttribute("aria-autocomplete", "list");
  area.setAttribute("aria-controls", list.id);
  area.setAttribute("autocomplete", "off");
  area.addEventListener("input", (event) => { if (event.isTrusted) open(); });
  area.addEventListener("keydown", steer);
  area.addEventListener("blur", close);
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => take(event.target.closest("[role=option]")));
}
