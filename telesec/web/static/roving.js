/* Each list of the desk is one stop of Tab; arrows, Home and End move inside it, in a grid across too. A swap keeps the place: on the
   same row, else on the one that took it. Where the keyboard was is known by ids, never by position. */
(() => {
  "use strict";
  const LISTS = "#desk ol.work, #desk ol.todo, #desk ol.slots, #desk ol.results, #desk table.week";
  const STEPS = { ArrowDown: (at) => at + 1, ArrowUp: (at) => at - 1, Home: () => 0, End: () => Infinity };
  const ACROSS = { ArrowLeft: -1, ArrowRight: 1 };
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

  const column = (it) => it.closest("td").cellIndex;
  const row = (it) => it.closest("tr").rowIndex;

  /* The nearest one to a side: the next column that has any, there the row nearest, there the same place. */
  function across(all, it, by) {
    const place = (one) => all.filter((other) => column(other) === column(one) && row(other) === row(one)).indexOf(one);
    const far = (one) => [Math.abs(column(one) - column(it)), Math.abs(row(one) - row(it)), Math.abs(place(one) - place(it))];
    const side = all.filter((one) => (column(one) - column(it)) * by > 0);
    const order = (one, other) => far(one).map((value, at) => value - far(other)[at]).find(Boolean) || 0;
    return side.sort(order)[0] || it;
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
    const grid = list?.matches("table");
    if (!(step || (grid && ACROSS[event.key])) || !list || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    let all = rows(list);
    if (!all.includes(event.target)) return;
    event.preventDefault();
    if (!step) {
      across(all, event.target, ACROSS[event.key]).focus();
      return;
    }
    if (grid && event.key.startsWith("Arrow")) all = all.filter((it) => column(it) === column(event.target));
    const at = all.indexOf(event.target);
    all[Math.max(0, Math.min(step(at), all.length - 1))].focus();
  });

  document.addEventListener("telesec:fitted", () => document.querySelectorAll(LISTS).forEach(settle));
  document.addEventListener("DOMContentLoaded", settleAll);
  document.addEventListener("htmx:after:swap", settleAll);
})();
