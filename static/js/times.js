// <time data-until> reads "in 5 h"; <time data-ago> reads "3 minutes ago".
const MINUTE = 60_000;

function until(moment) {
  const minutes = Math.max(1, Math.round((moment - Date.now()) / MINUTE));
  return minutes < 60 ? `in ${minutes} min` : `in ${Math.round(minutes / 60)} h`;
}

function ago(moment) {
  const minutes = Math.round((Date.now() - moment) / MINUTE);
  const words = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  if (minutes < 1) return "just now";
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
