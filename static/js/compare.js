// Two looks: a divider to drag or to move with the arrow keys, or side by side.
import { gettext, interpolate } from "./i18n.js";

const duel = document.querySelector("[data-duel]");

function move(range) {
  const { left, right } = range.dataset;
  duel.style.setProperty("--at", `${range.value}%`);
  const said = interpolate(gettext("%(number)s percent %(left)s, the rest %(right)s"), { number: range.value, left, right });
  range.setAttribute("aria-valuetext", said);
}

function keptView() {
  try { return localStorage.getItem("compare"); } catch { return null; }
}

function show(view) {
  duel.dataset.view = view;
  duel.querySelector("[data-duel-range]").hidden = view !== "slider";
  duel.querySelector(`[name=view][value=${view}]`).checked = true;
}

if (duel) {
  const range = duel.querySelector("[data-duel-range]");
  const form = duel.querySelector("[data-duel-form]");
  range.addEventListener("input", () => move(range));
  for (const choice of form.querySelectorAll("[name=view]")) {
    choice.addEventListener("change", () => {
      show(choice.value);
      try { localStorage.setItem("compare", choice.value); } catch { /* for this page only */ }
    });
  }
  for (const select of form.querySelectorAll("select")) {
    select.addEventListener("change", () => {
      const address = new URL(location.href);
      address.search = "";
      for (const each of form.querySelectorAll("select")) address.searchParams.append("look", each.value);
      location.replace(address);
    });
  }
  form.querySelector("[data-duel-show]").hidden = true;
  form.querySelector("[data-duel-views]").hidden = false;
  show(keptView() === "side" ? "side" : "slider");
  move(range);
}
