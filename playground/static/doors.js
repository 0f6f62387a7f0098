// The page's way to the server. A refusal is an error with its HTTP status; no answer at all has status 0.

export class Refused extends Error {
  constructor(status) {
    super(`refused: ${status}`);
    this.status = status;
  }
}

/** One citizen's phone on the server. */
export class Doors {
  constructor(app, user) {
    this.app = app;
    this.user = user;
    this.path = `/playground/api/${app}/phones/${encodeURIComponent(user)}`;
  }

  static async fresh(app) {
    const { user } = await (await ask(`/playground/api/${app}/phones`, { method: "POST" })).json();
    return new Doors(app, user);
  }

  async bubbles(after, wait, signal) {
    return (await ask(`${this.path}/bubbles?after=${after}&wait=${wait}`, { signal })).json();
  }

  open() {
    return ask(`${this.path}/open`, { method: "POST" });
  }

  say(text) {
    return this.#json("say", { text });
  }

  tap(bubble, button) {
    return this.#json("tap", { bubble_id: bubble, button_id: button });
  }

  location(lat, lng, label) {
    return this.#json("location", { lat, lng, label });
  }

  contact(phone, name) {
    return this.#json("contact", { phone, name });
  }

  photos(files, caption) {
    const form = new FormData();
    for (const file of files) form.append("files", file, file.name);
    form.append("caption", caption);
    return ask(`${this.path}/photos`, { method: "POST", body: form });
  }

  voice(file) {
    const form = new FormData();
    form.append("file", file, file.name);
    return ask(`${this.path}/voice`, { method: "POST", body: form });
  }

  #json(act, body) {
    const headers = { "Content-Type": "application/json" };
    return ask(`${this.path}/${act}`, { method: "POST", headers, body: JSON.stringify(body) });
  }
}

async function ask(url, options) {
  let response;
  try {
    response = await fetch(url, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(0);
  }
  if (!response.ok) throw new Refused(response.status);
  return response;
}
