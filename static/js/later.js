// htmx for a page on which nothing happens before somebody writes: fetched at the first touch.
const waiting = document.querySelector("[data-later]");
const TOUCHES = ["pointerdown", "keydown", "focusin"];

function fetchIt() {
  for (const touch of TOUCHES) removeEventListener(touch, fetchIt);
  const script = document.createElement("script");
  script.src = waiting.dataset.later;
  // What was typed meanwhile is told once more.
  script.addEventListener("load", () => setTimeout(() => {
    waiting.closest("form").dispatchEvent(new Event("input", { bubbles: true }));
  }));
  document.head.append(script);
}

if (waiting) for (const touch of TOUCHES) addEventListener(touch, fetchIt, { passive: true });
