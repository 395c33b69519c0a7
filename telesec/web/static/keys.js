/* Keys press what is on the page: each key is bound to the element that names it in aria-keyshortcuts, so
   what is shown and what works cannot differ. Digits are read by place (AZERTY), letters by meaning. */
(() => {
  "use strict";
  const { named, typing } = globalThis.telesecKeys;
  const REST = 400, GRACE = 150, RUN = 350, TAIL = 800;
  const MODIFIER = /^(Shift|Control|Alt|AltGraph|Meta|CapsLock|NumLock)$/;
  const ahead = [];
  const run = { digits: "", at: 0, timer: 0 };
  let restUntil = 0;
  let flying = false;
  let flight = null;
  let presses = 0;
  let byKey = false;
  let pressedAt = 0;
  let last = "";
  let answered = false;

  const shown = (it) => it.getClientRects().length > 0 && !it.disabled;

  function bound(name) {
    const all = document.querySelectorAll("[aria-keyshortcuts]");
    const named = [...all].filter((it) => it.getAttribute("aria-keyshortcuts").split(" ").includes(name) && shown(it));
    return named.find((it) => it.closest(".col")?.contains(document.activeElement)) || named[0];
  }

  function deciding() {
    const it = document.querySelector("[data-focus]");
    return it?.dataset.focus ? document.getElementById(it.dataset.focus) : it;
  }

  /* A press asks for the next screen before htmx says so; one that asks for nothing is over at once. */
  function leave() {
    pressedAt = performance.now();
    flying = true;
    flight = null;
    const mine = ++presses;
    setTimeout(() => { if (mine === presses && !flight) landed(null); }, GRACE);
  }

  function press(it) {
    if (typing(it)) {
      it.focus();
      it.select?.();
    } else if (it.matches("table")) {       /* a grid is gone into, at the place it was left */
      it.querySelector('[tabindex="0"]')?.focus();
    } else {
      if (it.type !== "button") leave();
      it.click();
    }
  }

  /* Type the ahead-typed character where the keyboard now is; Enter sends the field's form. */
  function type(field, key) {
    if (key === "Enter") {
      leave();
      field.form?.requestSubmit();
    } else if (key.length === 1) {
      field.setRangeText(key, field.selectionStart, field.selectionEnd, "end");
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }

  function act(name) {
    const it = bound(name) || (name === "F6" || name === "Escape" ? deciding() : null);
    if (!it) return false;
    last = name;
    answered = answers(name);
    document.dispatchEvent(new CustomEvent("telesec:key", { detail: name }));
    if (it.getAttribute("aria-keyshortcuts")?.split(" ").includes(name)) press(it);
    else it.focus();
    return true;
  }

  /* Digits where patients are listed: one alone chooses a row, several are a birth date. So a digit waits a
     moment for a second one; a date typed slowly takes its first digit back and goes on in its own field. */
  const digit = (name) => /^[0-9]$/.test(name);
  const dates = () => document.querySelector('#desk[data-view="patient"]') && document.getElementById("born");
  const running = () => run.digits !== "" && performance.now() - run.at < TAIL;

  function count(name) {
    clearTimeout(run.timer);
    run.digits = (running() ? run.digits : "") + name;
    run.at = performance.now();
    run.timer = 0;
    if (flying) return;
    if (run.digits.length > 1 || name === "0") write();
    else run.timer = setTimeout(choose, RUN);
  }

  function write() {
    const field = document.getElementById("born");
    if (field) {
      field.focus();
      field.value = run.digits;
    }
    run.digits = "";
  }

  /* The digit was alone: it chooses. What was typed is kept a while, in case the date goes on. */
  function choose() {
    clearTimeout(run.timer);
    run.timer = 0;
    act(run.digits);
  }

  /* Any other key ends the digits. */
  function alone() {
    if (run.timer) choose();
    if (run.digits.length < 2) run.digits = "";
  }

  /* Keys pressed while the next screen is on its way belong to that screen: kept, then played in order. */
  function play() {
    if (run.digits.length > 1 && !flying) write();
    while (ahead.length && !flying) {
      const { name, key } = ahead.shift();
      if (digit(name) && !typing(document.activeElement) && dates()) {
        count(name);
        if (run.timer && ahead.length && !digit(ahead[0].name)) alone();
      } else if (typing(document.activeElement) && name.length < 6 && !name.startsWith("F")) type(document.activeElement, key);
      else if (name && !corrects(name)) act(name);
    }
  }

  /* Whether a key answers right after an answer: pressed before the next question could be read, it was meant
     for the one before, to correct it perhaps. */
  const answers = (name) => Boolean(bound(name)?.closest("#question"));
  const corrects = (name) => answered && answers(name);

  /* A second Enter on its way, or just after, was meant for the screen before. */
  function repeated(event, name, next) {
    const resting = next || performance.now() < restUntil;
    const plain = event.key === "Enter" && !event.ctrlKey;
    if (event.repeat && (name || plain)) return true;
    return resting && (plain ? last === "Enter" : Boolean(name) && (name === last || corrects(name)));
  }

  function keep(event, name, again) {
    event.preventDefault();
    if (running() && digit(name) && !ahead.length) count(name);
    else if (!again && ahead.length < 40) ahead.push({ name, key: event.key });
  }

  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    pressedAt = performance.now();
    const number = /^(Digit|Numpad)[0-9]$/.test(event.code) && !event.ctrlKey && !event.altKey ? event.code.slice(-1) : "";
    if (!number && !MODIFIER.test(event.key)) alone();
    if (last === "Enter" && event.key !== "Enter" && !MODIFIER.test(event.key)) last = "";
    /* What waits to be played goes first, even in the moment between landing and playing. */
    const next = ahead.length > 0 || (flying && (byKey || !typing(event.target)));
    const name = named(event, next ? document.body : event.target);
    const again = repeated(event, name, next);
    if (next && (name || event.key.length === 1)) {
      keep(event, name, again);
    } else if (number && (running() || (dates() && digit(name)))) {
      event.preventDefault();
      if (!event.repeat) count(number);
    } else if (again && (bound(name) || event.key === "Enter") && !event.target.matches?.("textarea")) {
      event.preventDefault();
    } else if (name && act(name)) {
      event.preventDefault();
    } else if (event.key === "Enter" && !event.repeat && event.target.matches?.("form[data-enter] select")) {
      event.preventDefault();       /* a browser sends a form from its fields only, not from its choices */
      last = "Enter";
      leave();
      event.target.form.requestSubmit();
    } else if (event.key === "Enter") {
      last = "Enter";
    }
  });

  document.addEventListener("htmx:before:request", (event) => {
    if (event.detail.ctx?.target?.id !== "desk") return;
    flying = true;
    flight = event.detail.ctx;
    byKey = performance.now() - pressedAt < 100;
  });

  document.addEventListener("telesec:go", (event) => {
    last = "Enter";
    press(event.detail);
  });

  /* Only the end of the request now under way counts: htmx tells the end of one request several times. */
  function landed(ctx) {
    if (ctx !== flight) return;
    flying = false;
    flight = null;
    presses += 1;
    setTimeout(play);
  }

  /* After the centre changed, a second press of the same key must not answer what came after. The element that
     asked may be gone by then, so the end is told by the page itself; what failed is told by htmx. */
  document.addEventListener("telesec:page", (event) => {
    restUntil = performance.now() + REST;
    landed(event.detail);
  });
  for (const name of ["htmx:finally:request", "htmx:finally:swap", "htmx:error"]) {
    document.addEventListener(name, (event) => {
      if (event.detail.ctx && event.detail.ctx === flight) landed(flight);
    });
  }
})();
