// Picking pictures: says how many, Shift picks a run, Escape picks none. Works on boxes of a form.
import { gettext, interpolate, ngettext } from "./i18n.js";

const form = document.getElementById("selection");
const boxes = () => [...document.querySelectorAll("input[name=image][form=selection]")];
let last = null;

function tell() {
  const count = boxes().filter((box) => box.checked).length;
  const said = interpolate(ngettext("%(count)s picked", "%(count)s picked", count), { count });
  form.querySelector("[data-picked-count]").textContent = count ? said : gettext("None picked");
  document.querySelector("[data-gallery]").toggleAttribute("data-picking", count > 0);
}

function run(to) {
  const all = boxes();
  const [from, until] = [all.indexOf(last), all.indexOf(to)].sort((a, b) => a - b);
  if (from < 0) return;
  for (const box of all.slice(from, until + 1)) box.checked = to.checked;
}

if (form) {
  let withShift = false;
  document.addEventListener("click", (event) => { withShift = event.shiftKey; }, true);
  document.addEventListener("change", (event) => {
    if (event.target.name !== "image") return;
    if (withShift && last) run(event.target);
    last = event.target;
    tell();
  });
  form.addEventListener("reset", () => setTimeout(tell));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    form.reset();
  });
  // The browser may bring picked boxes back with the back button.
  window.addEventListener("pageshow", tell);
}
