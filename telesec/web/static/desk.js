/* Clocks that run, answers that are no desk page, and where the keyboard is after a swap.
   Times come from the server: the page only counts on from them. */
(() => {
  "use strict";
  const PART = "X-Telesec-Part";
  const desk = () => document.getElementById("desk");
  let ahead = 0;
  let place = "";
  let key = "";
  let origin = null;
  const parts = new Set();
  let leaving = null;
  const again = new Set();

  function face(seconds) {
    const s = Math.max(0, Math.floor(seconds));
    const tail = String(s % 60).padStart(2, "0");
    if (s < 3600) return `${Math.floor(s / 60)}:${tail}`;
    return `${Math.floor(s / 3600)}:${String(Math.floor((s % 3600) / 60)).padStart(2, "0")}:${tail}`;
  }

  function readClock() {
    const now = desk()?.dataset.now;
    if (now) ahead = Date.parse(now) - Date.now();
  }

  function write(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  function tick() {
    const now = Date.now() + ahead;
    for (const it of document.querySelectorAll("[data-since]")) write(it, face((now - Date.parse(it.dataset.since)) / 1000));
    for (const it of document.querySelectorAll("[data-until]")) write(it, face((Date.parse(it.dataset.until) - now) / 1000));
    for (const it of document.querySelectorAll("[data-ends]")) it.hidden = Date.parse(it.dataset.ends) < now;
  }

  /* As the server writes it: 9:05, in the time lists across practices are told in, wherever the browser is. */
  function clock() {
    const timeZone = document.getElementById("stopped")?.dataset.zone;
    const at = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone });
    return at.format(Date.now() + ahead).replace(/^0/, "");
  }

  /* The banner over the desk: one sentence of the server's, in the reader's language. */
  function banner(why) {
    const it = document.getElementById("stopped");
    if (!it) return;
    if (why !== it.dataset.why) write(it, why ? (it.dataset[why] || "").replace("{time}", clock()) : "");
    const grown = why !== (it.dataset.why || "");
    it.dataset.why = why;
    it.hidden = !why;
    if (grown) document.dispatchEvent(new CustomEvent("telesec:room"));
    document.documentElement.toggleAttribute("data-stopped", Boolean(why));
  }

  document.addEventListener("telesec:stopped", (event) => banner(event.detail));
  document.addEventListener("telesec:going", () => {
    if (document.documentElement.hasAttribute("data-stopped")) banner("");
  });

  /* The element the keyboard belongs to: itself marked, or named by the one that is. */
  function deciding() {
    const wrong = document.querySelector("#desk [aria-invalid=true]");
    if (wrong) return wrong;
    const it = document.querySelector("[data-focus]");
    return it?.dataset.focus ? document.getElementById(it.dataset.focus) : it;
  }

  const nameOf = (it) => it && (it.id || (it.name && it.form?.id && `${it.form.id} ${it.name}`)) || "";

  function find(name) {
    const [form, field] = name.split(" ");
    const it = document.getElementById(form);
    return field ? it?.elements?.[field] : it;
  }

  /* A panel opened from the call itself is left by Escape: the keyboard goes back to where it was. */
  function remember() {
    if (desk()?.dataset.view !== "triage") return;
    origin = { call: desk().dataset.call, name: nameOf(document.activeElement) };
  }

  function goBack() {
    const here = desk()?.dataset;
    if (key !== "Escape" || here?.view !== "triage" || here.call !== origin?.call || !origin.name) return false;
    const it = find(origin.name);
    it?.focus?.({ preventScroll: true });
    return document.activeElement === it;
  }

  /* A swap never moves the keyboard, unless the deciding part is another one than before or an F-key asked for it. */
  function focusDeciding() {
    const target = deciding();
    const now = `${desk()?.dataset.call || ""} ${desk()?.dataset.view || ""} ${target?.id || target?.form?.id || ""}`;
    const lost = !document.activeElement || document.activeElement === document.body;
    const asked = /^F[0-9]/.test(key);
    if (target && (now !== place || lost || asked) && !goBack()) {
      target.focus({ preventScroll: true });
      if (target.id === "born") target.select();
    }
    place = now;
    key = "";
  }

  /* A part asked for by the page before never lands on the page after: slots that book would stand where slots
     that move are read. */
  function dropParts() {
    for (const ctx of parts) {
      if (ctx.status !== "issuing") continue;
      ctx.status = "dropped";
      if (told(ctx)) ctx.request.abort();
    }
    parts.clear();
  }

  /* The event that had a part read again. Whatever was read while the page was on its way may know more than the
     page, landed or not: the same event is told once more when the page is there. */
  const told = (ctx) => /^live-/.test(ctx.sourceEvent?.type) && ctx.sourceEvent.type;

  function addressOf(part) {
    const url = new URL(part.getAttribute("hx-get"), document.baseURI);
    return url.pathname + url.search;
  }

  function tellAgain() {
    const events = [...again];
    again.clear();
    setTimeout(() => { for (const name of events) document.body.dispatchEvent(new CustomEvent(name)); });
  }

  /* A part that could not be read again stays, marked with the time since which it is old: the next swap, or
     the page's own, takes the mark away. */
  function outdated(part) {
    const words = document.getElementById("stopped")?.dataset.part;
    if (!words || part.classList.contains("is-stale")) return;
    const said = document.createElement("p");
    said.className = "meta";
    said.setAttribute("role", "status");
    said.textContent = words.replace("{time}", clock());
    part.classList.add("is-stale");
    part.append(said);
  }

  document.addEventListener("htmx:before:request", (event) => {
    const ctx = event.detail.ctx;
    if (!navigator.onLine) {  /* nothing is sent, nothing on the page is touched */
      event.preventDefault();
      return;
    }
    if (ctx?.target?.id === "desk") {
      leaving = ctx;
      ctx.page = true;
      if (ctx.sourceElement.matches("form[data-part]")) ctx.request.headers[PART] = "1";
      for (const one of parts) if (told(one)) again.add(told(one));
      remember();
    } else if (ctx && told(ctx) && addressOf(ctx.sourceElement) !== ctx.request.action) {
      event.preventDefault();  /* it waited for another one, and asks for what the page before showed */
      again.add(told(ctx));
      tellAgain();
    } else if (ctx) {
      parts.add(ctx);
      if (leaving && told(ctx)) again.add(told(ctx));
    }
  });

  /* The next question comes alone where nothing else of the page changed. */
  document.addEventListener("htmx:after:request", (event) => {
    const ctx = event.detail.ctx;
    if (!ctx?.page || !ctx.response.headers.has(PART)) return;
    ctx.target = document.getElementById("deciding");
    ctx.select = "#deciding";
  });

  document.addEventListener("htmx:finally:request", (event) => {
    if (event.detail.ctx === leaving) leaving = null;
    parts.delete(event.detail.ctx);
  });

  /* "Cancel" opens the question why and is gone: the keyboard goes to that. */
  document.addEventListener("toggle", (event) => {
    if (event.target.matches?.("details.sure[open]")) event.target.querySelector("input, button")?.focus();
  }, { capture: true });

  document.addEventListener("telesec:key", (event) => { key = event.detail; });

  document.addEventListener("htmx:before:swap", (event) => {
    const ctx = event.detail.ctx;
    const name = ctx.target?.id;
    if (!name || (ctx.text || "").includes(`id="${name}"`)) {
      if (name === "desk") dropParts();
      return;
    }
    event.preventDefault();
    if (!ctx.page) {
      outdated(ctx.target);
      return;
    }
    const path = new URL(ctx.response.raw.url, location.href).pathname;
    banner(path.startsWith("/login") ? "login" : "failed");
  });

  document.addEventListener("htmx:error", (event) => {
    const ctx = event.detail.ctx, target = ctx?.target;
    if (ctx?.page) banner("failed");
    else if (target?.matches?.("section[id]")) outdated(target);
  });

  document.addEventListener("htmx:after:swap", (event) => {
    if (!event.detail.ctx?.page) return;
    banner("");
    leaving = null;
    tellAgain();
    if (event.detail.ctx.target.id === "desk") readClock();  /* a part alone brings no time of its own */
    tick();
    focusDeciding();
    document.dispatchEvent(new CustomEvent("telesec:page", { detail: event.detail.ctx }));
  });

  document.addEventListener("DOMContentLoaded", () => {
    readClock();
    tick();
    focusDeciding();
    setInterval(tick, 1000);
  });
})();
