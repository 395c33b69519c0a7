/* What changed elsewhere: one stream for all tabs of a browser, told on between them. It carries topics and
   ids; the parts concerned are read again. Silence shows: amber after 5 s, a banner after 10 s. */
(() => {
  "use strict";
  const STALE = 5000, STOPPED = 10000, REREAD = 10000, POLL = 5000, SIGN_OF_LIFE = 45000;
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("telesec-live") : null;
  const due = new Set();
  let last = Date.now();
  let polling = 0;
  let told = "";

  const desk = () => document.getElementById("desk");

  function concerns(change) {
    const here = desk()?.dataset;
    if (!here?.call) return true;
    if (change.topic === "call") return change.id === here.call;
    if (["queue", "callbacks", "alert"].includes(change.topic)) return true;
    return !change.practice || change.practice === here.practice;
  }

  function redraw(topic) {
    document.body.dispatchEvent(new CustomEvent(`live-${topic}`));
  }

  function heard(change) {
    last = Date.now();
    if (change.topic && concerns(change)) due.add(change.topic);
  }

  function open() {
    const stream = new EventSource("/desk/live");
    const pass = (change) => {
      heard(change);
      tabs?.postMessage(change);
    };
    stream.addEventListener("beat", () => { polling = 0; pass({}); });
    stream.addEventListener("change", (event) => pass(JSON.parse(event.data)));
    stream.addEventListener("ended", () => {
      stream.close();
      document.dispatchEvent(new CustomEvent("telesec:stopped", { detail: "login" }));
    });
    stream.addEventListener("error", () => {
      if (stream.readyState !== EventSource.CLOSED) return;
      polling = Date.now();
      setTimeout(open, 30000);
    });
  }

  function show() {
    const silent = Date.now() - last;
    const state = document.getElementById("live-state");
    const word = silent > STALE || !navigator.onLine ? "stale" : polling ? "poll" : "live";
    if (state) {
      state.querySelector("[data-dot]").className = word === "live" ? "dot" : "dot dot-stale";
      const text = state.dataset[word];
      const where = state.querySelector("[data-word]");
      if (where.textContent !== text) where.textContent = text;
    }
    const why = navigator.onLine ? (silent > STOPPED ? "silent" : "") : "offline";
    if (why) document.dispatchEvent(new CustomEvent("telesec:stopped", { detail: why }));
    else if (told) document.dispatchEvent(new CustomEvent("telesec:going"));
    told = why;
  }

  function each(milliseconds, act) {
    setInterval(() => { if (!document.hidden) act(); }, milliseconds);
  }

  document.addEventListener("htmx:after:request", (event) => {
    if (polling && event.detail.ctx?.response?.raw?.ok) last = Date.now();
  });

  document.addEventListener("DOMContentLoaded", () => {
    if (!desk()) return;
    tabs?.addEventListener("message", (event) => heard(event.data));
    if (navigator.locks && tabs) navigator.locks.request("telesec-live", () => new Promise(open));
    else open();
    setInterval(show, 1000);
    setInterval(() => { for (const topic of due) redraw(topic); due.clear(); }, 1000);
    each(REREAD, () => redraw("all"));
    each(POLL, () => { if (polling) redraw("all"); });
    document.addEventListener("visibilitychange", () => { if (!document.hidden) redraw("all"); });
    window.addEventListener("offline", show);
    window.addEventListener("online", () => redraw("all"));
    setInterval(() => {
      const alive = desk()?.dataset.alive;
      const token = document.querySelector("meta[name=csrf-token]").content;
      if (alive) fetch(alive, { method: "POST", headers: { "X-CSRF-Token": token, "X-Telesec-Background": "1" } }).catch(() => {});
    }, SIGN_OF_LIFE);
  });
})();
