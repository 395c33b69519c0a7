/* The rehearsal of the keys: an act is told, its key is pressed. What is asked stands in the page's own table. */
(() => {
  "use strict";
  const { named } = globalThis.telesecKeys;
  const part = (name) => document.getElementById(`drill-${name}`);
  const words = () => document.getElementById("drill").dataset;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const MODIFIER = /^(Shift|Control|Alt|AltGraph|Meta|CapsLock|NumLock|Dead)$/;
  let asked = [];
  let missed = new Set();
  let at = 0;

  const here = () => asked[at];

  function ask(before) {
    const row = here();
    const order = fill(words().next, { act: row.dataset.act });
    part("ask").textContent = row.dataset.act;
    part("key").textContent = row.dataset.place;
    part("said").textContent = before ? `${before} ${order}` : order;
    part("step").textContent = fill(words().step, { now: at + 1, all: asked.length });
    part("progress").max = asked.length;
    part("progress").value = at;
  }

  function begin(rows) {
    asked = rows;
    missed = new Set();
    at = 0;
    part("pad").hidden = false;
    part("start").hidden = part("again").hidden = true;
    part("pad").focus();
    ask("");
  }

  function end() {
    const right = asked.length - missed.size;
    part("progress").value = asked.length;
    part("pad").hidden = true;
    part("said").textContent = `${words().right} ${fill(words().done, { right, all: asked.length })}`;
    part("start").hidden = false;
    part("again").hidden = missed.size === 0;
    (missed.size ? part("again") : part("start")).focus();
  }

  function press(name) {
    const row = here();
    if (row.dataset.keys.split(" ").includes(name)) {
      at += 1;
      if (at < asked.length) ask(words().right);
      else end();
      return;
    }
    missed.add(row);
    part("key").textContent = row.dataset.cap;
    part("said").textContent = fill(words().wrong, { key: row.dataset.cap });
  }

  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "drill-pad" || event.key === "Tab" || MODIFIER.test(event.key) || event.isComposing) return;
    event.preventDefault();
    if (!event.repeat) press(named(event, document.body) || event.key);
  });

  document.addEventListener("DOMContentLoaded", () => {
    part("start").addEventListener("click", () => begin([...document.querySelectorAll("tr[data-keys]")]));
    part("again").addEventListener("click", () => begin([...missed]));
    part("start").focus();
  });
})();
