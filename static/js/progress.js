// Watches a page that fills by itself: says when the stream is lost and when it is back, and shows
// in the tab that everything is ready.
import { finished } from "./ready.js";

const ASK_AGAIN_MS = 3000;
const work = document.getElementById("work");
const lost = document.querySelector("[data-connection]");

function tell(isLost) {
  lost.hidden = !isLost;
}

// The very first connection is htmx's own request, which is not tried again: the page is.
async function reloadWhenBack() {
  const answer = await fetch(location.href, { method: "HEAD" }).catch(() => null);
  if (answer) location.reload();
  else setTimeout(reloadWhenBack, ASK_AGAIN_MS);
}

if (work) {
  window.addEventListener("offline", () => tell(true));
  work.addEventListener("htmx:sse:error", (event) => {
    // Deleted in another tab, or of somebody who signed out there: the page itself says so.
    if (event.detail.status === 404) location.reload();
    tell(true);
  });
  work.addEventListener("htmx:error", () => { tell(true); setTimeout(reloadWhenBack, ASK_AGAIN_MS); });
  work.addEventListener("htmx:after:sse:connection", () => tell(false));
  work.addEventListener("htmx:before:sse:message", () => tell(false));
  work.addEventListener("htmx:sse:close", (event) => {
    if (event.detail.reason === "message") finished(work);
  });
}
