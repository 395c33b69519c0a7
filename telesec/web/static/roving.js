/* Each list of the desk is one stop of Tab; arrows, Home and End move inside it. A swap keeps the place: on the
   same row, else on the one that took it. Where the keyboard was is known by ids, never by position. */
(() => {
  "use strict";
  const LISTS = "#desk ol.work, #desk ol.todo, #desk ol.slots, #desk ol.results";
  const STEPS = { ArrowDown: (at) => at + 1, ArrowUp: (at) => at - 1, Home: () => 0, End: () => Infinity };
  const stops = new Map();
  let held = null;

  const rows = (list) => [...list.querySelectorAll("a[href], button:not([disabled])")].filter((it) => !it.closest("[hidden]"));
  const nameOf = (it) => it.id || it.form?.id || it.getAttribute("href") || "";

  /* A list is named by its part and its place among the lists of that part. */
  function listName(list) {
    const part = list.closest("section[id]");
    const all = part ? [...part.querySelectorAll(LISTS)] : [];
    return `${part?.id || ""} ${all.indexOf(list)}`;
  }

  function settle(list) {
    const all = rows(list);
    const stop = all.find((it) => nameOf(it) === stops.get(listName(list))) || all[0];
    for (const it of all) it.tabIndex = it === stop ? 0 : -1;
  }

  /* The row the keyboard was on is gone: take the one in its place, else the last one, else the part itself. */
  function takeUp() {
    if (!held || (document.activeElement && document.activeElement !== document.body)) return;
    const part = document.getElementById(held.part);
    const list = part && [...part.querySelectorAll(LISTS)].find((it) => listName(it) === held.list);
    const all = list ? rows(list) : [];
    const it = all.find((row) => nameOf(row) === held.row) || all[Math.min(held.at, all.length - 1)] || part;
    if (it === part) it?.setAttribute("tabindex", "-1");
    it?.focus({ preventScroll: true });
  }

  function settleAll() {
    document.querySelectorAll(LISTS).forEach(settle);
    takeUp();
  }

  document.addEventListener("focusin", (event) => {
    const list = event.target.closest?.(LISTS);
    held = null;
    if (!list || !rows(list).includes(event.target)) return;
    const row = nameOf(event.target);
    held = { part: list.closest("section[id]")?.id, list: listName(list), row, at: rows(list).indexOf(event.target) };
    stops.set(held.list, row);
    settle(list);
  });

  document.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    const list = event.target.closest?.(LISTS);
    if (!step || !list || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    const all = rows(list);
    const at = all.indexOf(event.target);
    if (at < 0) return;
    event.preventDefault();
    all[Math.max(0, Math.min(step(at), all.length - 1))].focus();
  });

  document.addEventListener("telesec:fitted", () => document.querySelectorAll(LISTS).forEach(settle));
  document.addEventListener("DOMContentLoaded", settleAll);
  document.addEventListener("htmx:after:swap", settleAll);
})();
