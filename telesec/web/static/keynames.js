/* What a key is called, the same for the desk and for its rehearsal: digits by place (AZERTY, QWERTY, BÉPO),
   letters by meaning. In a field only the keys that write nothing have a name. */
(() => {
  "use strict";
  const FIELD = "textarea, select, input:not([type=checkbox]):not([type=radio]):not([type=hidden])";
  const typing = (it) => Boolean(it.matches?.(FIELD));

  function named(event, within) {
    if (/^F([2-9]|10)$/.test(event.key) || event.key === "Escape") return event.key;
    if (event.ctrlKey && event.key === "Enter") return "Control+Enter";
    if (event.ctrlKey && event.key.toLowerCase() === "m") return "Control+m";
    if (event.ctrlKey || event.altKey || event.metaKey || typing(within)) return "";
    if (event.key === "PageUp" || event.key === "PageDown") return event.key;
    if (/^(Digit|Numpad)[0-9]$/.test(event.code)) return event.code.slice(-1);
    const pressable = within.matches?.("button, a, summary");
    if (event.key === "Enter") return pressable ? "" : "Enter";
    if (event.key === " ") return pressable ? "" : "Space";
    return event.key.length === 1 ? event.key.toLowerCase() : "";
  }

  globalThis.telesecKeys = Object.freeze({ named, typing });
})();
