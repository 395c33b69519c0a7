/* The command line: "/" opens it, the first letters choose, Enter acts, Escape goes back to where the keyboard
   was. What an act presses is on the page already, so a command can do nothing that a key or link cannot. */
(() => {
  "use strict";
  const part = (name) => document.getElementById(name);
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/^\s*\//, "").trim();
  let back = null;

  function target(option) {
    if (option.dataset.go) return part(option.dataset.go);
    const all = [...document.querySelectorAll("[aria-keyshortcuts]")];
    return all.find((it) => it.getAttribute("aria-keyshortcuts").split(" ").includes(option.dataset.key) && it.getClientRects().length > 0);
  }

  const shown = () => [...part("command-list").children].filter((it) => !it.hidden);
  const chosen = () => shown().find((it) => it.getAttribute("aria-selected") === "true");

  function choose(option) {
    for (const it of part("command-list").children) it.setAttribute("aria-selected", String(it === option));
    part("command").setAttribute("aria-activedescendant", option?.id || "");
    option?.scrollIntoView({ block: "nearest" });
  }

  function fits(option, typed) {
    return option.dataset.words.split(" ").some((word) => word.startsWith(typed));
  }

  function list() {
    const typed = plain(part("command").value);
    for (const it of part("command-list").children) it.hidden = !fits(it, typed) || !target(it);
    const rows = shown();
    choose(rows.find((it) => it.dataset.words.split(" ").includes(typed)) || rows[0]);
    const none = part("command-none");
    none.textContent = rows.length ? "" : none.dataset.none;
  }

  function open() {
    back = document.activeElement === part("command-open") ? null : document.activeElement;
    part("commands").hidden = false;
    part("command-open").setAttribute("aria-expanded", "true");
    part("command").value = "";
    part("command").focus();
    list();
  }

  function close() {
    part("commands").hidden = true;
    part("command-open").setAttribute("aria-expanded", "false");
  }

  function leave() {
    close();
    (back?.isConnected ? back : part("command-open")).focus();
  }

  function go(option) {
    const it = option && target(option);
    if (!it) return;
    close();
    document.dispatchEvent(new CustomEvent("telesec:go", { detail: it }));
  }

  function step(by) {
    const rows = shown();
    if (rows.length) choose(rows[(rows.indexOf(chosen()) + by + rows.length) % rows.length]);
  }

  const KEYS = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Escape: leave,
    Tab: leave,
    Enter: () => go(chosen()),
  };

  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "command" || event.isComposing || /^F[0-9]/.test(event.key)) return;
    event.stopPropagation();
    const act = KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }, { capture: true });

  document.addEventListener("input", (event) => { if (event.target.id === "command") list(); });
  document.addEventListener("mousedown", (event) => { if (event.target.closest("#command-list")) event.preventDefault(); });
  document.addEventListener("click", (event) => {
    if (event.target.closest("#command-open")) open();
    else go(event.target.closest("#command-list [role=option]"));
  });
  document.addEventListener("focusout", (event) => {
    if (event.target.id === "command" && event.relatedTarget && !part("commands")?.contains(event.relatedTarget)) close();
  });
})();
