// Runs before the first paint, so that a kept choice never flashes the other theme.
(() => {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  const kept = () => {
    try { return localStorage.getItem("theme"); } catch { return null; }
  };
  const keep = (theme) => {
    try { localStorage.setItem("theme", theme); } catch { /* private mode: for this page only */ }
  };
  const shown = () => root.dataset.theme || (system.matches ? "dark" : "light");
  const show = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    root.dataset.shownTheme = shown();
  };

  show(kept());
  system.addEventListener("change", () => show(kept()));
  document.addEventListener("DOMContentLoaded", () => {
    for (const toggle of document.querySelectorAll("[data-theme-toggle]")) {
      toggle.hidden = false;
      toggle.addEventListener("click", () => {
        const other = shown() === "dark" ? "light" : "dark";
        keep(other);
        show(other);
      });
    }
  });
})();
