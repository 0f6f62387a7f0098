// One phone on the stage: its chat, its line to write on, its sheet, and the citizen who holds it.

import { clock, element, Log } from "./bubbles.js";
import { compose, write } from "./compose.js";
import { Doors } from "./doors.js";
import { Sheet } from "./sheet.js";
import { fill, word } from "./words.js";

const WAIT = 5; // seconds one question for news may stay open
const AGAIN = 1500; // milliseconds until the next try when the server does not answer
const GREETING = 3000; // milliseconds to let the hotline greet before the citizen's first words go out
const PATIENCE = 6000; // milliseconds to show "typing"

export class Phone {
  constructor(app, panel, { account, places, examples, unread, offline }) {
    this.app = app;
    this.told = { unread, offline };
    this.root = panel;
    this.#build(panel, account);
    this.log = new Log(this.part("log"), { tap: (...pressed) => this.#tap(...pressed) });
    this.sheet = new Sheet(panel, places, {
      photos: (files) => this.#photos(files),
      voice: (file) => this.#act(() => this.doors.voice(file)),
      location: (lat, lng, label) => this.#act(() => this.doors.location(lat, lng, label)),
      contact: (phone, name) => this.#act(() => this.doors.contact(phone, name)),
    });
    compose(this.part("compose"), this.input, (text) => this.#say(text));
    this.part("start").addEventListener("click", () => this.#start());
    this.part("fresh").addEventListener("click", () => this.fresh());
    this.part("examples").append(...examples.map((example) => this.#example(example)));
    this.line = Promise.resolve();
  }

  part(name) {
    return this.root.querySelector(`[data-part=${name}]`);
  }

  /** Take up the citizen of the last visit, or a new one. */
  async begin() {
    const user = remembered(this.app);
    if (user) this.#hold(new Doors(this.app, user));
    else await this.fresh();
  }

  async fresh() {
    try {
      this.#hold(await Doors.fresh(this.app));
    } catch {
      this.told.offline(true);
      setTimeout(() => this.fresh(), AGAIN);
    }
  }

  #build(panel, account) {
    panel.append(document.getElementById("phone").content.cloneNode(true));
    fill(panel);
    panel.querySelector(".phone").classList.add(this.app);
    panel.querySelector(".phone").dataset.testid = `phone-${this.app}`;
    panel.setAttribute("aria-label", word(this.app));
    this.part("app").textContent = word(this.app);
    for (const node of panel.querySelectorAll("[data-part=account]")) node.textContent = account;
    this.part("standing").textContent = this.#standing();
    this.part("start").textContent = word(`start_${this.app}`);
    this.part("chat").setAttribute("aria-label", word("log_label"));
    if (this.app === "wechat") panel.querySelector("[data-tile=contact]").remove();
    this.input = this.part("input");
    this.#stayAtEnd();
    this.clock = panel.querySelector(".clock");
    this.#tick();
    setInterval(() => this.#tick(), 10_000);
  }

  #tick() {
    this.clock.textContent = clock(new Date());
  }

  #standing() {
    return word(this.app === "wechat" ? "official" : "bot");
  }

  #hold(doors) {
    this.listening?.abort();
    this.doors = doors;
    this.started = false;
    remember(this.app, doors.user);
    this.log.clear();
    this.#welcome(true);
    this.#trouble("");
    this.listening = new AbortController();
    this.#listen(doors, this.listening.signal);
  }

  async #listen(doors, signal) {
    let after = 0;
    let wait = 0;
    while (!signal.aborted) {
      await visible();
      try {
        const news = await doors.bubbles(after, wait, signal);
        if (signal.aborted) return;
        this.told.offline(false);
        after = news.version;
        const added = this.#show(news.bubbles);
        if (wait) this.#count(added); // the first answer is the chat as it was
        wait = WAIT;
      } catch (error) {
        if (signal.aborted) return;
        if (error.status === 404) return void this.#restarted();
        this.told.offline(true);
        await pause(AGAIN);
      }
    }
  }

  async #restarted() {
    await this.fresh();
    this.#trouble(word("restarted"));
  }

  #show(bubbles) {
    if (!bubbles.length) return [];
    const held = this.part("log").contains(document.activeElement);
    const added = this.log.show(bubbles);
    this.started = true;
    this.#welcome(false);
    if (held && document.activeElement === document.body) this.input.focus();
    if (added.some((bubble) => bubble.side === "bot")) {
      this.#typing(false);
      this.greeted?.();
    }
    if (added.length) this.#toEnd();
    return added;
  }

  #count(added) {
    const unread = added.filter((bubble) => bubble.side !== "citizen").length;
    if (unread) this.told.unread(unread);
  }

  #toEnd() {
    this.part("chat").scrollTop = this.part("chat").scrollHeight;
  }

  /** A picture that comes late or a sheet that opens must not push the last line out of sight. */
  #stayAtEnd() {
    const chat = this.part("chat");
    const sizes = () => `${chat.scrollHeight} ${chat.clientHeight}`;
    let [atEnd, seen] = [true, sizes()];
    chat.addEventListener("scroll", () => {
      // with other sizes than before it is the content that moved, not the reader
      if (seen === sizes()) atEnd = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 40;
    });
    const observer = new ResizeObserver(() => {
      if (atEnd) this.#toEnd();
      seen = sizes();
    });
    observer.observe(chat);
    observer.observe(this.part("log"));
  }

  #welcome(shown) {
    this.part("welcome").hidden = !shown;
  }

  #start() {
    this.input.focus();
    this.#act(() => Promise.resolve());
  }

  #say(text) {
    return this.#act(
      () => this.doors.say(text),
      () => this.input.value || write(this.input, text),
    );
  }

  /** As the app does: what was written becomes the photos' caption on Telegram. */
  #photos(files) {
    const caption = this.app === "telegram" ? this.input.value.trim() : "";
    if (caption) write(this.input, "");
    if (files.length > 10) return this.#trouble(word("too_many"));
    return this.#act(() => this.doors.photos(files, caption));
  }

  #tap(bubble, button, node) {
    if (button.asks) return this.sheet.open(button.asks);
    node.setAttribute("aria-busy", "true");
    return this.#act(() => this.doors.tap(bubble.id, button.id)).finally(() => node.removeAttribute("aria-busy"));
  }

  /** One act after the other, in the order of the thumb; both apps let nobody write before Follow or Start. */
  #act(act, undo = () => {}) {
    const doors = this.doors;
    this.line = this.line.then(async () => {
      if (doors !== this.doors) return; // another citizen holds the phone by now
      this.#trouble("");
      this.#typing(true);
      try {
        if (!this.started) await this.#open();
        await act();
      } catch (error) {
        undo();
        this.#typing(false);
        this.#trouble(reason(error));
      }
    });
    return this.line;
  }

  async #open() {
    const greeted = new Promise((done) => (this.greeted = done));
    await this.doors.open();
    this.started = true;
    this.#welcome(false);
    await Promise.race([greeted, pause(GREETING)]);
  }

  #typing(on) {
    clearTimeout(this.patience);
    this.part("standing").textContent = on ? word("typing") : this.#standing();
    this.root.querySelector(".account").classList.toggle("typing", on);
    if (on) this.patience = setTimeout(() => this.#typing(false), PATIENCE);
  }

  #trouble(text) {
    this.part("trouble").textContent = text;
    this.part("trouble").hidden = !text;
  }

  #example({ label, text, urgent }) {
    const chip = element("button", urgent ? "example urgent" : "example", { text: label, type: "button", title: text });
    chip.dataset.testid = "example";
    chip.addEventListener("click", () => {
      write(this.input, text);
      this.input.focus();
    });
    return chip;
  }
}

function reason(error) {
  if (error.status === 413) return word("too_big");
  if (error.status === 404) return word("button_gone");
  return word("not_sent");
}

function pause(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds));
}

/** Browsers open few connections to one server: a page nobody looks at asks for nothing. */
function visible() {
  if (!document.hidden) return undefined;
  return new Promise((done) => document.addEventListener("visibilitychange", done, { once: true }));
}

function remembered(app) {
  try {
    return localStorage.getItem(`playground.${app}`);
  } catch {
    return null; // storage is shut: a new citizen each time
  }
}

function remember(app, user) {
  try {
    localStorage.setItem(`playground.${app}`, user);
  } catch {
    // storage is shut
  }
}
