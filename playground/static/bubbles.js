// Draws bubbles into a chat's log. Everything a citizen or a bot wrote goes in as text, never as markup.

import { notice, word } from "./words.js";

const PAUSE = 5 * 60 * 1000; // after this long a chat shows the time again

/** The log of one chat: adds new bubbles at the end, redraws edited ones in their place. */
export class Log {
  constructor(node, { tap }) {
    this.node = node;
    this.tap = tap;
    this.lines = new Map();
    this.last = 0;
  }

  /** Returns the bubbles that were not there before. */
  show(bubbles) {
    return bubbles.filter((bubble) => this.#show(bubble));
  }

  clear() {
    this.lines.clear();
    this.last = 0;
    this.node.replaceChildren();
  }

  #show(bubble) {
    const line = this.#line(bubble);
    const before = this.lines.get(bubble.id);
    this.lines.set(bubble.id, line);
    if (before) {
      before.replaceWith(line);
      return false;
    }
    this.#clock(new Date(bubble.at));
    line.classList.add("arriving");
    line.addEventListener("animationend", () => line.classList.remove("arriving"), { once: true });
    this.node.append(line);
    return true;
  }

  #clock(at) {
    if (at - this.last > PAUSE) this.node.append(element("time", "pause", { text: daytime(at), dateTime: at.toISOString() }));
    this.last = at;
  }

  #line(bubble) {
    const line = element("div", `line ${bubble.side}`);
    line.dataset.testid = "bubble";
    line.dataset.id = bubble.id;
    line.dataset.side = bubble.side;
    if (bubble.side !== "platform") line.append(element("span", "avatar"));
    line.append(this.#body(bubble));
    return line;
  }

  #body(bubble) {
    const body = element("div", "body");
    const who = { citizen: "me", bot: "hotline", platform: "platform" }[bubble.side];
    const box = element("div", "box");
    box.append(element("span", "unseen", { text: `${word(who)}: ` }));
    if (bubble.attached) box.append(attached(bubble.attached));
    if (bubble.pin) box.append(pin(bubble.pin));
    const text = notice(bubble.notice) || bubble.text;
    if (text && text !== bubble.pin?.label) box.append(element("p", "text", { text }));
    if (bubble.side !== "platform") box.append(element("time", "at", { text: clock(new Date(bubble.at)) }));
    body.append(box);
    if (bubble.buttons.length) body.append(this.#keyboard(bubble));
    return body;
  }

  #keyboard(bubble) {
    const keyboard = element("div", "keyboard");
    const rows = Map.groupBy ? Map.groupBy(bubble.buttons, (b) => b.row) : grouped(bubble.buttons);
    for (const buttons of rows.values()) {
      const row = element("div", "row");
      row.append(...buttons.map((button) => this.#button(bubble, button)));
      keyboard.append(row);
    }
    return keyboard;
  }

  #button(bubble, button) {
    const node = element("button", "key", { text: button.label, type: "button" });
    node.dataset.testid = "button";
    node.dataset.id = button.id;
    node.addEventListener("click", () => this.tap(bubble, button, node));
    return node;
  }
}

export function element(tag, className, { text, ...properties } = {}) {
  const node = Object.assign(document.createElement(tag), properties);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function grouped(buttons) {
  const rows = new Map();
  for (const button of buttons) rows.set(button.row, [...(rows.get(button.row) ?? []), button]);
  return rows;
}

function attached({ kind, url }) {
  if (kind === "photo") {
    const link = element("a", "photo", { href: url, target: "_blank", rel: "noopener" });
    link.append(element("img", "", { src: url, alt: word("photo_alt") }));
    return link;
  }
  if (kind === "voice") {
    const player = element("audio", "voice", { src: url, controls: true, preload: "none" });
    player.setAttribute("aria-label", word("voice_alt"));
    return player;
  }
  return element("a", "file", { href: url, text: word("file_alt"), download: "" });
}

function pin({ lat, lng, label }) {
  const card = element("div", "pin");
  card.append(element("span", "map"));
  card.append(element("strong", "", { text: label || word("location") }));
  card.append(element("small", "", { text: `${lat.toFixed(4)}, ${lng.toFixed(4)}` }));
  return card;
}

export function clock(at) {
  return new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false }).format(at);
}

function daytime(at) {
  const today = new Date().toDateString() === at.toDateString();
  const day = today ? word("today") : new Intl.DateTimeFormat(document.documentElement.lang, { month: "long", day: "numeric" }).format(at);
  return `${day} ${clock(at)}`;
}
