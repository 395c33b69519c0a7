/* Keys press what is on the page: each key is bound to the element that names it in aria-keyshortcuts, so
   what is shown and what works cannot differ. Digits are read by place (AZERTY), letters by meaning. */
(() => {
  "use strict";
  const REST = 400;
  let restUntil = 0;

  const typing = (it) => it.matches?.("textarea, select, input:not([type=checkbox]):not([type=radio]):not([type=hidden])");
  const shown = (it) => it.getClientRects().length > 0 && !it.disabled;

  function named(event) {
    if (/^F([2-9]|10)$/.test(event.key) || event.key === "Escape") return event.key;
    if (event.ctrlKey && event.key === "Enter") return "Control+Enter";
    if (event.ctrlKey || event.altKey || event.metaKey || typing(event.target)) return "";
    if (/^(Digit|Numpad)[1-9]$/.test(event.code)) return event.code.slice(-1);
    const pressable = event.target.matches?.("button, a, summary");
    if (event.key === "Enter") return pressable ? "" : "Enter";
    if (event.key === " ") return pressable ? "" : "Space";
    return event.key.length === 1 ? event.key.toLowerCase() : "";
  }

  function bound(name) {
    const all = document.querySelectorAll("[aria-keyshortcuts]");
    return [...all].find((it) => it.getAttribute("aria-keyshortcuts").split(" ").includes(name) && shown(it));
  }

  function press(it) {
    if (typing(it)) {
      it.focus();
      it.select?.();
    } else {
      it.click();
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const name = named(event);
    if (!name) return;
    const it = bound(name) || (name === "F6" || name === "Escape" ? document.querySelector("[data-focus]") : null);
    if (!it) return;
    event.preventDefault();
    const resting = name.length < 3 || name === "Enter" || name === "Space";
    if (event.repeat || (resting && performance.now() < restUntil)) return;
    if (!it.hasAttribute("aria-keyshortcuts")) it.focus();
    else press(it);
  });

  /* After the centre changed, a second press of the same key must not answer what came after. */
  document.addEventListener("telesec:page", () => { restUntil = performance.now() + REST; });
})();
