// The strength dial: its number in words, its filled part, and the limits of the chosen pack.
import { gettext, interpolate } from "./i18n.js";

const WORDS = [
  [0, gettext("no style")], [20, gettext("a hint")], [45, gettext("light")], [65, gettext("half-way")],
  [85, gettext("strong")], [99, gettext("very strong")], [100, gettext("full look")],
];
const dial = document.querySelector("[data-dial]");

function spoken(value) {
  return WORDS.find(([most]) => value <= most)[1];
}

function show(range) {
  const share = (range.value - range.min) / Math.max(1, range.max - range.min);
  range.style.setProperty("--fill", `${share * 100}%`);
  range.setAttribute("aria-valuetext", `${range.value}, ${spoken(Number(range.value))}`);
  dial.querySelector("[data-dial-value]").textContent = `${range.value} · ${spoken(Number(range.value))}`;
}

function tellLimits(range, policy) {
  const limits = dial.querySelector("[data-dial-limits]");
  const told = {
    fixed: gettext("The curator fixed this pack at %(value)s."),
    range: gettext("The curator lets this pack go from %(min)s to %(max)s."),
  };
  const { value, min, max } = range;
  limits.textContent = interpolate(told[policy] ?? "", { value, min, max });
  limits.hidden = !told[policy];
}

function obey(range, pack) {
  const { strength, policy, min, max } = pack.dataset;
  const narrowed = policy === "range";
  range.min = narrowed && min ? min : 0;
  range.max = narrowed && max ? max : 100;
  // Read-only, not disabled: a fixed strength is still sent with the form.
  range.toggleAttribute("data-fixed", policy === "fixed");
  if (policy === "fixed" || !range.hasAttribute("data-touched")) range.value = strength;
  tellLimits(range, policy);
  show(range);
}

if (dial) {
  const range = dial.querySelector("input");
  const packs = [...document.querySelectorAll("input[name=pack]")];
  const chosen = () => packs.find((pack) => pack.checked);
  range.addEventListener("input", () => {
    if (range.hasAttribute("data-fixed")) range.value = chosen().dataset.strength;
    else range.setAttribute("data-touched", "");
    show(range);
  });
  for (const pack of packs) pack.addEventListener("change", () => obey(range, pack));
  if (chosen()) obey(range, chosen());
}
