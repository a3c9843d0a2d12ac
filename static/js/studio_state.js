// The studio's address holds what is set, so that reload, back and a bookmark bring it all back.
const SKIPPED = new Set(["csrfmiddlewaretoken", "key", "account"]);
const form = document.querySelector("[data-studio]");

function address() {
  const url = new URL(form.action, location.href);
  for (const [name, value] of new FormData(form)) {
    if (!SKIPPED.has(name) && value) url.searchParams.set(name, value);
  }
  return url;
}

// A second pack of the same kind as the first can no longer be seen, so it must not be sent.
function dropHiddenSecond() {
  const second = form.querySelector("input[name=second]:checked");
  if (!second || second.value === "" || second.parentElement.offsetParent) return;
  form.querySelector("input[name=second][data-none]").checked = true;
}

// Nor may a draft be asked of a model that makes none.
function dropHiddenDraft() {
  const draft = form.querySelector("input[name=quality][value=draft]:checked");
  if (!draft || draft.parentElement.offsetParent) return;
  form.querySelector("input[name=quality][value=final]").checked = true;
}

if (form) {
  let waiting;
  const keep = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => history.replaceState(null, "", address()), 250);
  };
  form.addEventListener("change", () => { dropHiddenSecond(); dropHiddenDraft(); keep(); });
  form.addEventListener("input", keep);
  const hint = form.querySelector("[data-keys-hint]");
  hint.hidden = matchMedia("(pointer: coarse)").matches;
  if (/Mac|iP/.test(navigator.platform)) hint.querySelector("kbd").textContent = "⌘";
}
