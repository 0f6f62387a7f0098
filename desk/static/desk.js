// Keeps an open page fresh without disturbing who works on it: the page is fetched again every
// second and a half, and only regions marked `data-live` that differ are exchanged. A region with
// something typed into it is left alone, and a notice appears instead.
"use strict";

(() => {
  const PAUSE = 1500;
  const regions = () => document.querySelectorAll("[data-live]");
  if (!regions().length) return;

  let etag = null;

  const touched = (region) =>
    [...region.querySelectorAll("input, textarea, select")].some((field) => {
      if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
      if (field.tagName === "SELECT") {
        const preset = [...field.options].findIndex((option) => option.defaultSelected);
        return field.selectedIndex !== Math.max(preset, 0);
      }
      return field.value !== field.defaultValue;
    }) || region.contains(document.activeElement) && document.activeElement.matches("input, textarea, select");

  const show = (id, visible) => {
    const notice = document.getElementById(id);
    if (notice) notice.hidden = !visible;
  };

  const opened = (region) => new Set([...region.querySelectorAll("details[open]")].map((one) => one.id));

  const markNew = (before, region) => {
    const known = new Set([...before.querySelectorAll("[data-id]")].map((one) => one.dataset.id));
    const fresh = [...region.querySelectorAll("[data-id]")].filter((one) => !known.has(one.dataset.id));
    fresh.forEach((one) => one.classList.add("is-new"));
    const speaker = document.getElementById("speaker");
    if (fresh.length && speaker) speaker.textContent = speaker.dataset.words;
  };

  const exchange = (old, fresh) => {
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const place = focused && (focused.id ? `#${CSS.escape(focused.id)}` : focused.matches("a[href]") && `a[href="${CSS.escape(focused.getAttribute("href"))}"]`);
    const open = opened(old);
    const ticked = new Set([...old.querySelectorAll("input.pick:checked")].map((one) => one.value));
    const scrolled = old.scrollTop;
    const atEnd = old.scrollHeight - old.scrollTop - old.clientHeight < 40;
    const region = document.importNode(fresh, true);
    markNew(old, region);
    region.querySelectorAll("details").forEach((one) => { if (open.has(one.id)) one.open = true; });
    region.querySelectorAll("input.pick").forEach((one) => { one.checked = ticked.has(one.value); });
    old.replaceWith(region);
    region.scrollTop = region.dataset.live === "end" && atEnd ? region.scrollHeight : scrolled;
    if (place) region.querySelector(place)?.focus({ preventScroll: true });
  };

  const update = (page) => {
    let stale = false;
    document.title = page.title;
    regions().forEach((old) => {
      const fresh = page.getElementById(old.id);
      if (!fresh) { if (old.dataset.live !== "form" || !touched(old)) old.replaceChildren(); return; }
      if (old.dataset.key === fresh.dataset.key && old.dataset.live === "form") return;
      if (old.dataset.live === "form" && touched(old)) { stale = true; return; }
      if (shownAs(old) !== shownAs(fresh)) exchange(old, fresh);
    });
    show("stale", stale);
  };

  // What the script itself added is no difference.
  const shownAs = (region) => {
    const copy = region.cloneNode(true);
    copy.querySelectorAll(".is-new").forEach((one) => one.classList.remove("is-new"));
    copy.querySelectorAll("[class='']").forEach((one) => one.removeAttribute("class"));
    copy.querySelectorAll("details").forEach((one) => one.removeAttribute("open"));
    return copy.innerHTML;
  };

  const look = async () => {
    try {
      const headers = etag ? { "If-None-Match": etag } : {};
      const answer = await fetch(location.href, { headers, credentials: "same-origin", cache: "no-store" });
      if (answer.redirected) { location.reload(); return; }
      show("offline", answer.status >= 500);
      if (answer.status === 200) {
        etag = answer.headers.get("ETag");
        update(new DOMParser().parseFromString(await answer.text(), "text/html"));
      }
    } catch {
      show("offline", true);
    }
    setTimeout(look, PAUSE);
  };

  if (new URLSearchParams(location.search).has("done")) {
    history.replaceState(null, "", location.pathname);
  }
  document.querySelectorAll("[data-live='end']").forEach((one) => { one.scrollTop = one.scrollHeight; });
  document.getElementById("reload")?.addEventListener("click", () => location.replace(location.pathname));
  // The second of two quick clicks would be refused as stale; take it away.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    event.target.querySelectorAll("button").forEach((button) => setTimeout(() => { button.disabled = true; }));
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("button[disabled]").forEach((one) => { one.disabled = false; }));
  setTimeout(look, PAUSE);
})();
