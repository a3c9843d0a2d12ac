// A button beside a read-only field puts its text on the clipboard and says so.
import { gettext } from "./i18n.js";

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const said = document.getElementById(field.getAttribute("aria-describedby"));
  field.addEventListener("focus", () => field.select());
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(field.value);
      button.textContent = said.textContent = gettext("Copied");
    } catch {
      field.focus();
      said.textContent = gettext("Press Ctrl and C to copy");
    }
  });
}
