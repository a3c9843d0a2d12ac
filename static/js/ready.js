// "It is ready", said where one looks: in the tab's title and icon while it is hidden, by a
// notification if one was asked for, and to the house as soon as it was seen.
const root = document.documentElement;
const icon = document.querySelector("link[rel=icon]");
const KEPT = "tell";

function isWanted() {
  try { return localStorage.getItem(KEPT) === "yes"; } catch { return false; }
}

function want(is) {
  try { localStorage.setItem(KEPT, is ? "yes" : "no"); } catch { /* private mode: ask again */ }
  show();
}

function show() {
  if (!("Notification" in window)) return;
  if (Notification.permission === "denied") root.dataset.tell = isWanted() ? "blocked" : "offer";
  else root.dataset.tell = isWanted() && Notification.permission === "granted" ? "on" : "offer";
}

// Asked for by a click alone, never by the page.
async function choose(wish) {
  if (wish === "on" && Notification.permission === "default") await Notification.requestPermission();
  want(wish === "on");
}

function notify({ ready, words }) {
  if (root.dataset.tell !== "on") return;
  try {
    // One tag a page: two tabs of it tell once.
    const note = new Notification(ready, { body: words, tag: location.pathname });
    note.addEventListener("click", () => { window.focus(); note.close(); });
  } catch { /* phones want a service worker for this; the title tells there */ }
}

function saw({ seen }) {
  const token = document.querySelector("[name=csrfmiddlewaretoken]")?.value;
  if (seen && token) fetch(seen, { method: "POST", headers: { "X-CSRFToken": token }, keepalive: true });
}

function whenLookedAt(does) {
  if (!document.hidden) { does(); return; }
  document.addEventListener("visibilitychange", does, { once: true });
}

export function finished({ dataset }) {
  document.title = `✓ ${document.title}`;
  if (document.hidden) {
    const usual = icon.href;
    icon.href = dataset.icon;
    notify(dataset);
    whenLookedAt(() => { icon.href = usual; });
  }
  whenLookedAt(() => saw(dataset));
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-tell]");
  if (button && button !== root) choose(button.dataset.tell);
});
show();
