// The pack page's dial: its slider and small pictures choose which rendered strength is shown large.
import { gettext, interpolate } from "./i18n.js";

const WORDS = [
  [0, gettext("no style")], [25, gettext("a hint")], [50, gettext("half-way")], [75, gettext("strong")], [100, gettext("full look")],
];
const turn = document.querySelector("[data-turn]");

function spoken(strength) {
  return WORDS.find(([most]) => strength <= most)[1];
}

function show(stops, index) {
  const strength = Number(stops[index].dataset.turnStop);
  const shown = turn.querySelector("[data-turn-shown]");
  const said = `${strength} · ${spoken(strength)}`;
  shown.src = stops[index].querySelector("img").src;
  turn.querySelector("[data-turn-value]").textContent = said;
  const aloud = interpolate(gettext("%(number)s of 100, %(words)s"), { number: strength, words: spoken(strength) });
  turn.querySelector("[data-turn-range]").setAttribute("aria-valuetext", aloud);
  turn.querySelector("[data-turn-open]").href = stops[index].href;
  stops.forEach((stop, at) => stop.toggleAttribute("data-on", at === index));
}

if (turn) {
  const stops = [...turn.querySelectorAll("[data-turn-stop]")];
  const range = turn.querySelector("[data-turn-range]");
  range.hidden = false;
  range.addEventListener("input", () => show(stops, Number(range.value)));
  stops.forEach((stop, at) => {
    // The slider speaks for them: one stop of the Tab key, and the arrows between.
    stop.tabIndex = -1;
    stop.parentElement.setAttribute("aria-hidden", "true");
    stop.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      range.value = at;
      range.focus();
      show(stops, at);
    });
  });
  show(stops, Number(range.value));
}
