// A sheet of looks: at most two are picked for comparing, the one picked first gives way.
import { gettext, interpolate } from "./i18n.js";

const page = document.querySelector(".looks");
const said = document.querySelector("[data-compare-said]");
let picked = [];

function tell() {
  const names = picked.map((box) => box.dataset.name);
  const [first = "", second = "…"] = names;
  said.textContent = interpolate(gettext("%(first)s and %(second)s"), { first, second });
}

function pick(box) {
  picked = picked.filter((other) => other.isConnected && other !== box);
  if (box.checked) picked.push(box);
  while (picked.length > 2) picked.shift().checked = false;
  tell();
}

page.addEventListener("change", (event) => {
  if (event.target.name === "look") pick(event.target);
});

// Back out of the back-forward cache: what is checked then is what counts.
window.addEventListener("pageshow", () => {
  picked = [...page.querySelectorAll("[name=look]:checked")].slice(0, 2);
  if (picked.length) tell();
});
