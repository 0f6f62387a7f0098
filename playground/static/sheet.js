// What hangs behind the plus or the paper clip: photos, a voice file, a place, the own card.

import { element } from "./bubbles.js";
import { word } from "./words.js";

export class Sheet {
  constructor(root, places, acts) {
    const part = (name) => root.querySelector(`[data-part=${name}]`);
    this.node = part("sheet");
    this.tiles = part("tiles");
    this.opener = part("more");
    this.input = part("input");
    this.forms = Object.fromEntries([...this.node.querySelectorAll("form")].map((form) => [form.dataset.form, form]));
    this.#opens();
    this.#files(part("photos"), (files) => acts.photos(files));
    this.#files(part("voice"), ([file]) => acts.voice(file));
    this.#places(this.forms.location, places);
    this.#sends("location", (form) => acts.location(Number(form.lat.value), Number(form.lng.value), form.label.value.trim()));
    this.#sends("contact", (form) => acts.contact(form.phone.value.trim(), form.name.value.trim()));
    this.close();
  }

  /** Show the tiles, or one form at once (`location`, `contact`). */
  open(name) {
    this.node.hidden = false;
    this.tiles.hidden = name in this.forms;
    for (const [key, form] of Object.entries(this.forms)) form.hidden = key !== name;
    this.#tell(true);
    (this.forms[name] ?? this.tiles).querySelector("select, input, button").focus();
  }

  close() {
    this.node.hidden = true;
    this.#tell(false);
  }

  #tell(open) {
    this.opener.setAttribute("aria-expanded", String(open));
    this.opener.setAttribute("aria-label", word(open ? "attach_close" : "attach"));
    this.opener.title = this.opener.getAttribute("aria-label");
  }

  #leave() {
    this.close();
    this.input.focus();
  }

  #opens() {
    this.opener.addEventListener("click", () => (this.node.hidden ? this.open() : this.#leave()));
    this.node.addEventListener("keydown", (event) => event.key === "Escape" && this.#leave());
    for (const tile of this.tiles.querySelectorAll("button")) {
      tile.addEventListener("click", () => this.open(tile.dataset.tile));
    }
    for (const cancel of this.node.querySelectorAll(".cancel")) cancel.addEventListener("click", () => this.open());
  }

  #files(input, act) {
    input.addEventListener("change", () => {
      const files = [...input.files];
      input.value = ""; // the same file may be picked again
      if (!files.length) return;
      this.#leave();
      act(files);
    });
  }

  #sends(name, act) {
    this.forms[name].addEventListener("submit", (event) => {
      event.preventDefault();
      this.#leave();
      act(event.target.elements);
    });
  }

  #places(form, places) {
    const { place, label, lat, lng } = form.elements;
    places.forEach(({ name }, index) => place.append(element("option", "", { text: name, value: String(index) })));
    place.append(element("option", "", { text: word("place_own"), value: "" }));
    const choose = () => {
      const chosen = places[place.value] ?? { name: "", lat: "", lng: "" };
      [label.value, lat.value, lng.value] = [chosen.name, chosen.lat, chosen.lng];
    };
    place.addEventListener("change", choose);
    choose();
  }
}
