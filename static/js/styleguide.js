// The style guide: gives each sample its token, and says the token's value in the shown theme.
const PROPERTY = { colours: "background", space: "width", corners: "borderRadius", shadows: "boxShadow" };

function tell() {
  const values = getComputedStyle(document.documentElement);
  for (const item of document.querySelectorAll("[data-token]")) {
    item.querySelector("[data-value]").textContent = values.getPropertyValue(`--${item.dataset.token}`);
  }
}

for (const [group, property] of Object.entries(PROPERTY)) {
  for (const item of document.querySelectorAll(`.guide__tokens--${group} [data-token]`)) {
    item.querySelector(".guide__sample").style[property] = `var(--${item.dataset.token})`;
  }
}
tell();
new MutationObserver(tell).observe(document.documentElement, { attributes: true });
