// <time data-until> reads "in 5 h"; <time data-ago> reads "3 minutes ago".
import { gettext, interpolate, language } from "./i18n.js";

const MINUTE = 60_000;

function until(moment) {
  const minutes = Math.max(1, Math.round((moment - Date.now()) / MINUTE));
  if (minutes < 60) return interpolate(gettext("in %(number)s min"), { number: minutes });
  return interpolate(gettext("in %(number)s h"), { number: Math.round(minutes / 60) });
}

function ago(moment) {
  const minutes = Math.round((Date.now() - moment) / MINUTE);
  const words = new Intl.RelativeTimeFormat(language, { numeric: "auto" });
  if (minutes < 1) return gettext("just now");
  if (minutes < 60) return words.format(-minutes, "minute");
  if (minutes < 24 * 60) return words.format(-Math.round(minutes / 60), "hour");
  return words.format(-Math.round(minutes / 1440), "day");
}

function tell() {
  for (const time of document.querySelectorAll("time[data-until]")) {
    time.textContent = until(new Date(time.dateTime));
  }
  for (const time of document.querySelectorAll("time[data-ago]")) {
    time.textContent = ago(new Date(time.dateTime));
  }
}

tell();
setInterval(tell, MINUTE);
document.addEventListener("htmx:after:swap", tell);
