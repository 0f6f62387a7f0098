// Sets the stage: words, two phones, the desk; on a narrow screen one of the three at a time.

import { Phone } from "./phone.js";
import { element } from "./bubbles.js";
import { fill, load, word } from "./words.js";

async function main() {
  await load();
  fill(document);
  document.title = `${word("title")} · ${word("tagline")}`;
  document.getElementById("language").href = `?lang=${word("other_language_code")}`;
  largeType(document.getElementById("large"));
  const scene = await (await fetch("/playground/static/scene.json")).json();
  const elsewhere = word("elsewhere").map((place) => ({ ...place, name: `${place.name} ${word("place_elsewhere")}` }));
  const tabs = new Tabs(document.querySelector(".stage"), document.querySelectorAll(".tabs button"));
  const offline = trouble(document.getElementById("offline"));
  for (const app of ["wechat", "telegram"]) {
    const phone = new Phone(app, document.querySelector(`[data-panel=${app}]`), {
      account: scene.account,
      places: [...scene.places, ...elsewhere],
      examples: word("examples"),
      unread: (count) => tabs.unread(app, count),
      offline: (gone) => offline(app, gone),
    });
    phone.begin();
  }
}

/** Shown while any phone cannot reach the server. */
function trouble(node) {
  const gone = new Set();
  return (app, isGone) => {
    if (isGone) gone.add(app);
    else gone.delete(app);
    node.hidden = gone.size === 0;
  };
}

function largeType(button) {
  button.addEventListener("click", () => {
    const on = document.documentElement.classList.toggle("large");
    button.setAttribute("aria-pressed", String(on));
  });
}

class Tabs {
  constructor(stage, buttons) {
    this.stage = stage;
    this.buttons = Object.fromEntries([...buttons].map((button) => [button.dataset.shows, button]));
    this.counts = {};
    for (const name of Object.keys(this.buttons)) this.buttons[name].addEventListener("click", () => this.show(name));
    this.show(stage.dataset.shown);
  }

  show(name) {
    this.stage.dataset.shown = name;
    this.counts[name] = 0;
    for (const [key, button] of Object.entries(this.buttons)) button.setAttribute("aria-pressed", String(key === name));
    this.#badge(name);
  }

  unread(name, count) {
    if (this.stage.dataset.shown === name) return;
    this.counts[name] = (this.counts[name] ?? 0) + count;
    this.#badge(name);
  }

  #badge(name) {
    this.buttons[name].querySelector(".badge")?.remove();
    if (!this.counts[name]) return;
    const badge = element("span", "badge", { text: String(this.counts[name]) });
    badge.append(element("span", "unseen", { text: ` ${word("unread")}` }));
    this.buttons[name].append(badge);
  }
}

main();
