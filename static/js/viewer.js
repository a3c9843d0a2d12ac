// The large view: + and - zoom, arrows turn pictures or move a zoomed one, Escape goes back.
import { gettext } from "./i18n.js";

const LEVELS = [1, 2, 4, 8];
const STRIDE = 80;
const viewer = document.querySelector("[data-viewer]");
const sheet = viewer?.querySelector("[data-viewer-sheet]");
const image = viewer?.querySelector("[data-viewer-image]");
const level = viewer?.querySelector("[data-zoom-level]");
const view = { at: 0, x: 0, y: 0 };
let grip = null;

function bound(value, size) {
  const room = (size * (LEVELS[view.at] - 1)) / 2;
  return Math.max(-room, Math.min(room, value));
}

function show() {
  view.x = bound(view.x, image.clientWidth);
  view.y = bound(view.y, image.clientHeight);
  image.style.setProperty("--zoom", LEVELS[view.at]);
  image.style.setProperty("--pan-x", `${view.x}px`);
  image.style.setProperty("--pan-y", `${view.y}px`);
  viewer.toggleAttribute("data-zoomed", view.at > 0);
  level.textContent = view.at ? `${LEVELS[view.at]} ×` : gettext("Fit");
  for (const button of viewer.querySelectorAll("[data-zoom]")) {
    const next = view.at + Number(button.dataset.zoom);
    button.setAttribute("aria-disabled", String(next < 0 || next >= LEVELS.length));
  }
}

// Zooms so that what lies under `point` (from the middle of the frame) stays there.
function zoom(by, point = { x: 0, y: 0 }) {
  const before = LEVELS[view.at];
  view.at = Math.max(0, Math.min(LEVELS.length - 1, view.at + by));
  const ratio = LEVELS[view.at] / before;
  view.x = point.x - (point.x - view.x) * ratio;
  view.y = point.y - (point.y - view.y) * ratio;
  show();
}

function fromMiddle(event) {
  const frame = sheet.getBoundingClientRect();
  return { x: event.clientX - frame.left - frame.width / 2, y: event.clientY - frame.top - frame.height / 2 };
}

function pan(x, y) {
  view.x += x;
  view.y += y;
  show();
}

function turn(way) {
  viewer.querySelector(`a[rel=${way}]`)?.click();
}

const KEYS = {
  "+": () => zoom(1),
  "=": () => zoom(1),
  "-": () => zoom(-1),
  0: () => { view.at = 0; show(); },
  ArrowLeft: () => (view.at ? pan(STRIDE, 0) : turn("prev")),
  ArrowRight: () => (view.at ? pan(-STRIDE, 0) : turn("next")),
  ArrowUp: () => view.at && pan(0, STRIDE),
  ArrowDown: () => view.at && pan(0, -STRIDE),
  Escape: () => { if (view.at) { view.at = 0; show(); } else location.assign(viewer.dataset.leave); },
};

function press(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (document.documentElement.dataset.keys === "off" && event.key.length === 1) return;
  if (event.target.closest("input, textarea, select, details[open], dialog")) return;
  const does = KEYS[event.key];
  if (!does) return;
  if (event.key.startsWith("Arrow") && !view.at && !/Left|Right/.test(event.key)) return;
  event.preventDefault();
  does();
}

function grab(event) {
  if (event.button || !view.at) return;
  grip = { x: event.clientX, y: event.clientY, moved: false };
  sheet.setPointerCapture(event.pointerId);
}

function drag(event) {
  if (!grip) return;
  const [x, y] = [event.clientX - grip.x, event.clientY - grip.y];
  if (!grip.moved && Math.hypot(x, y) < 4) return;
  viewer.toggleAttribute("data-panning", true);
  grip = { x: event.clientX, y: event.clientY, moved: true };
  pan(x, y);
}

function release() {
  viewer.removeAttribute("data-panning");
  // The click that follows a drag must not zoom.
  setTimeout(() => { grip = null; });
}

if (viewer) {
  viewer.querySelector("[data-viewer-tools]").hidden = false;
  sheet.setAttribute("aria-label", gettext("Zoom into the picture"));
  image.draggable = false;
  document.addEventListener("keydown", press);
  viewer.addEventListener("click", (event) => {
    const button = event.target.closest("[data-zoom]");
    if (button) zoom(Number(button.dataset.zoom));
  });
  sheet.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (grip?.moved) return;
    const point = event.detail ? fromMiddle(event) : undefined;
    if (view.at) zoom(-view.at); else zoom(1, point);
  });
  sheet.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !view.at) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1 : -1, fromMiddle(event));
  }, { passive: false });
  sheet.addEventListener("pointerdown", grab);
  sheet.addEventListener("pointermove", drag);
  sheet.addEventListener("pointerup", release);
  sheet.addEventListener("pointercancel", release);
  show();
}

// A menu whose choice saves a file has done its work: the page stays, so it must close itself.
for (const choice of document.querySelectorAll("[data-menu] a[download]")) {
  choice.addEventListener("click", () => { choice.closest("details").open = false; });
}
