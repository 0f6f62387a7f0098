// The page's words: one file per language, put in by key. No word stands in a script.

const LANGUAGES = ["zh", "en"];
let words = {};

export async function load() {
  const response = await fetch(`/playground/static/words.${language()}.json`);
  words = await response.json();
  document.documentElement.lang = words.language;
}

export function word(key) {
  return words[key] ?? key;
}

export function notice(key) {
  return key ? (words.notices[key] ?? key) : "";
}

/** Fill every element below `root` that names its words. */
export function fill(root) {
  for (const node of root.querySelectorAll("[data-word]")) node.textContent = word(node.dataset.word);
  const attributes = { label: "aria-label", placeholder: "placeholder", title: "title", value: "value" };
  for (const [kind, attribute] of Object.entries(attributes)) {
    for (const node of root.querySelectorAll(`[data-word-${kind}]`)) {
      node.setAttribute(attribute, word(node.getAttribute(`data-word-${kind}`)));
    }
  }
}

function language() {
  const asked = new URLSearchParams(location.search).get("lang");
  if (LANGUAGES.includes(asked)) return asked;
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}
