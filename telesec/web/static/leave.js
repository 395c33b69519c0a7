/* The screen was locked, perhaps in another tab: this page goes behind the lock too, and takes along what was sent or
   typed on it. That goes as a browser sends a form, which the lock screen keeps, sealed. */
(() => {
  "use strict";
  const LOCK = "/lock";
  let gone = false;

  const typed = (it) => it.matches("textarea:not([data-note]), input:not([type=hidden], [type=password])")
    && "defaultValue" in it && it.value !== it.defaultValue;
  const unsent = (form) => form?.method === "post" && [...form.elements].some(typed);

  /* What was being written, else any form written in, else one that can carry the note. */
  function written(beside) {
    const here = document.activeElement?.form;
    const carrier = beside.length ? document.querySelector("form[data-carrier]") : null;
    const form = unsent(here) ? here : [...document.forms].find(unsent) || carrier;
    return form && { action: form.action, fields: [...new FormData(form)] };
  }

  function send({ action, fields }) {
    const form = document.createElement("form");
    form.method = "post";
    form.action = action;
    form.hidden = true;
    for (const [name, value] of fields) {
      const field = document.createElement("textarea");
      field.name = name;
      field.value = value;
      form.append(field);
    }
    document.body.append(form);
    form.submit();
  }

  function leave(request) {
    const beside = [];
    document.dispatchEvent(new CustomEvent("telesec:locked", { detail: beside }));
    const sent = request.body && { action: request.action, fields: [...request.body] };
    const kept = sent || written(beside);
    if (!kept) { location.assign(LOCK); return; }
    const carried = beside.filter(([name, value]) => !name.endsWith("note") || !kept.fields.some((field) => field[1] === value));
    send({ action: kept.action, fields: [...kept.fields, ...carried] });
  }

  document.addEventListener("htmx:after:request", (event) => {
    const ctx = event.detail.ctx;
    if (ctx?.response?.headers?.get("HX-Redirect") !== LOCK) return;
    event.preventDefault();
    if (gone) return;
    gone = true;
    leave(ctx.request);
  });
})();
