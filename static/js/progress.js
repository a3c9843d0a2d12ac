// Says when the event stream is lost and when it is back; at the end sets the page's title.
const work = document.getElementById("work");
const lost = document.querySelector("[data-connection]");

if (work) {
  work.addEventListener("htmx:sse:error", () => { lost.hidden = false; });
  work.addEventListener("htmx:before:sse:message", () => { lost.hidden = true; });
  work.addEventListener("htmx:sse:close", (event) => {
    if (event.detail.reason === "message") document.title = `✓ ${document.title}`;
  });
}
