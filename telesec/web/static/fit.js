/* Nothing of the desk scrolls: a list too long for its column shows what fits, says how many more there are,
   and a key shows them all. The row the keyboard is on is never taken away. Without script columns scroll. */
(() => {
  "use strict";
  const COLUMNS = "#desk > .col", LISTS = "[data-fit]", MORE = ".more-rows", BUTTON = 28;
  const wide = matchMedia("(min-width: 64rem)");
  const opened = new Set();
  let held = "";
  const over = (column) => column.scrollHeight - column.clientHeight;
  const end = (list) => list.closest("table") || list;    // a table's rows are followed by nothing but rows
  const ended = (it) => (it?.matches(LISTS) ? it : it?.querySelector(LISTS));
  const items = (list) => [...list.children].filter((it) => !it.hidden);

  /* A list is known by its part and its place in it, for a swap may bring a new element. */
  function nameOf(list) {
    const part = list.closest("[id]");
    return `${part.id} ${[...part.querySelectorAll(LISTS)].indexOf(list)}`;
  }

  function reset(list) {
    for (const it of list.children) it.hidden = false;
    list.classList.remove("is-folded");
    say(list);
  }

  /* The row to go next, the last or the oldest: not the one with the keyboard, nor any the list must show. */
  function spare(list) {
    const rows = items(list);
    if (opened.has(nameOf(list)) || rows.length <= Number(list.dataset.fit)) return null;
    if (!("oldest" in list.dataset)) rows.reverse();
    return rows.find((it) => !it.contains(document.activeElement)) || null;
  }

  function say(list) {
    if (end(list).nextElementSibling?.matches(MORE)) end(list).nextElementSibling.remove();
    const gone = list.children.length - items(list).length;
    if (!gone) return;
    const button = document.createElement("button");
    const cap = document.createElement("kbd");
    cap.textContent = "+";
    button.type = "button";
    button.className = "more-rows";
    button.setAttribute("aria-keyshortcuts", "+");
    button.append(cap, document.getElementById("shell").dataset.more.replace("{num}", gone));
    end(list).after(button);
  }

  /* Heights are read once a round, so that the page is laid out few times however long the lists are. */
  function shorten(column, lists) {
    for (const list of lists) if (!opened.has(nameOf(list))) list.classList.add("is-folded");
    for (let excess = over(column); excess > 0; excess = over(column)) {
      const heights = new Map(lists.flatMap(items).map((it) => [it, it.offsetHeight]));
      while (excess > 0) {
        const longest = lists.filter(spare).sort((one, other) => items(other).length - items(one).length)[0];
        if (!longest) return;
        const row = spare(longest);
        if (items(longest).length === longest.children.length) excess += BUTTON;
        row.hidden = true;
        excess -= heights.get(row);
      }
      lists.forEach(say);
    }
  }

  function fit() {
    for (const column of document.querySelectorAll(COLUMNS)) {
      const lists = [...column.querySelectorAll(LISTS)];
      lists.forEach(reset);
      if (!wide.matches || over(column) <= 0) continue;
      shorten(column, lists);
      lists.forEach(say);
    }
    if (held && document.activeElement === document.body) {
      const list = [...document.querySelectorAll(LISTS)].find((it) => nameOf(it) === held);
      const more = list && end(list).nextElementSibling;
      if (more?.matches(MORE)) more.focus();
    }
  }

  document.addEventListener("focusin", (event) => {
    held = event.target.matches(MORE) ? nameOf(ended(event.target.previousElementSibling)) : "";
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest(MORE);
    if (!button) return;
    const list = ended(button.previousElementSibling);
    const first = [...list.children].find((it) => it.hidden);
    opened.add(nameOf(list));
    fit();
    first?.querySelector("a, button")?.focus();
    document.dispatchEvent(new CustomEvent("telesec:fitted"));
  });
  document.addEventListener("telesec:page", () => { opened.clear(); fit(); });
  document.addEventListener("htmx:after:swap", (event) => { if (!event.detail.ctx?.page) fit(); });
  document.addEventListener("DOMContentLoaded", fit);
  document.addEventListener("telesec:room", fit);
  addEventListener("resize", fit);
})();
