// The seed: shuffle puts a number in and keeps it; the lock lets it go again.
const box = document.querySelector("[data-seed]");

function random() {
  return crypto.getRandomValues(new Uint32Array(1))[0];
}

if (box) {
  const input = box.querySelector("input");
  const lock = box.querySelector("[data-seed-lock]");
  const shuffle = box.querySelector("[data-seed-shuffle]");
  const tell = () => lock.setAttribute("aria-pressed", String(input.value.trim() !== ""));
  const put = (value) => {
    input.value = value;
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  input.addEventListener("input", tell);
  shuffle.addEventListener("click", () => put(random()));
  lock.addEventListener("click", () => put(input.value.trim() ? "" : random()));
  shuffle.hidden = lock.hidden = false;
  tell();
}
