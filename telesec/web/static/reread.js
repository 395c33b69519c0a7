/* Pages that are read again by themselves (phone, supervisor, wall): a reading that fails leaves what was read,
   and says since when it is old. A page of an error or of the login never lands inside. */
(() => {
  "use strict";
  const SILENCE = 30000;
  let read = new Date();

  const place = () => document.getElementById("old");

  function show(why) {
    const it = place();
    if (!it) return;
    const at = read.toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
    const text = why ? (it.dataset[why] || "").replace("{time}", at) : "";
    const words = it.querySelector("[data-words]");
    if (words.textContent !== text) words.textContent = text;
    it.hidden = !why;
  }

  function fresh() {
    read = new Date();
    show("");
  }

  function failure(ctx) {
    const raw = ctx?.response?.raw;
    if (!raw) return "";
    if (new URL(raw.url, location.href).pathname.startsWith("/login")) return "login";
    return raw.status >= 400 ? "failed" : "";
  }

  const again = () => document.body.dispatchEvent(new CustomEvent("reread"));

  document.addEventListener("htmx:before:swap", (event) => {
    if (place() && failure(event.detail.ctx)) event.preventDefault();
  });
  document.addEventListener("htmx:after:request", (event) => {
    const why = failure(event.detail.ctx);
    if (why) show(why);
    else if (event.detail.ctx?.response?.raw) fresh();
  });
  document.addEventListener("htmx:error", () => show("failed"));
  window.addEventListener("offline", () => show("failed"));
  window.addEventListener("online", again);
  document.addEventListener("click", (event) => { if (event.target.closest("[data-again]")) again(); });
  setInterval(() => { if (Date.now() - read > SILENCE && place()?.hidden) show("failed"); }, 1000);
})();
