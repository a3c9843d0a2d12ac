// What scripts say, in the page's language: Django's catalogue where the page brought one, else as written.
const catalogue = globalThis.django ?? {};

export const language = document.documentElement.lang || "en";
export const gettext = catalogue.gettext ?? ((text) => text);
export const ngettext = catalogue.ngettext ?? ((one, many, number) => (number === 1 ? one : many));

// Puts values in the places of a translated sentence: "%(name)s".
export function interpolate(text, values) {
  return text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);
}
