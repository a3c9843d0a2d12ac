// Asks for the page again while a preview is being rendered, and shows what has arrived.
const renew = async (shown) => {
  if (shown.dataset.waiting !== "yes") return;
  try {
    const answer = await fetch(location.href, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("previews");
    if (fresh) {
      shown.replaceChildren(...fresh.children);
      shown.dataset.waiting = fresh.dataset.waiting;
    }
  } catch {
    // The server is away for a moment: ask again.
  }
  setTimeout(renew, 2000, shown);
};

document.addEventListener("DOMContentLoaded", () => {
  const shown = document.getElementById("previews");
  if (shown) setTimeout(renew, 2000, shown);
});
