// Work without a mouse: move through the list, open, tick, jump to the forms; and put a canned answer
// where the cursor stands. A key typed into a field, or with Ctrl, Alt or Meta, is none of ours.
"use strict";

(() => {
  const rows = () => [...document.querySelectorAll("table.queue tbody tr[data-id]")];
  const typing = (event) =>
    event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.target.closest?.("input:not([type=checkbox]), textarea, select, dialog[open]");

  const place = () => rows().findIndex((row) => row.contains(document.activeElement));

  const move = (by) => {
    const all = rows();
    if (!all.length) return;
    const now = place();
    const next = all[Math.min(Math.max(now < 0 ? (by > 0 ? 0 : all.length - 1) : now + by, 0), all.length - 1)];
    next.querySelector("a[href]").focus();
    next.scrollIntoView({ block: "nearest" });
  };

  const act = () => {
    const region = document.getElementById("actions");
    if (!region) return;
    region.scrollIntoView({ block: "start" });
    region.querySelector("form input:not([type=hidden]), form textarea, form select, form button, summary")?.focus();
  };

  const does = {
    j: () => move(1),
    k: () => move(-1),
    o: () => rows()[place()]?.querySelector("a[href]")?.click(),
    x: () => rows()[place()]?.querySelector("input.pick")?.click(),
    a: act,
    n: () => document.querySelector("a[rel=next]")?.click(),
    p: () => document.querySelector("a[rel=prev]")?.click(),
    f: () => document.getElementById("filter-unit")?.focus(),
    g: () => location.assign("/desk"),
    "?": () => document.getElementById("keys")?.showModal(),
  };

  document.addEventListener("keydown", (event) => {
    if (typing(event) || !does[event.key]) return;
    event.preventDefault();
    does[event.key]();
  });

  document.addEventListener("change", (event) => {
    const field = document.getElementById(event.target.dataset?.canned || "");
    if (!field || !event.target.value) return;
    const from = field.selectionStart, to = field.selectionEnd;
    field.setRangeText(event.target.value, from, to, "end");
    event.target.selectedIndex = 0;
    field.focus();
  });
})();
