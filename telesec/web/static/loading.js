/* A page that takes more than 300 ms shows bones over the part that will change, and says so. What is under them
   stays as it is, typed text and keyboard too: it is there again if the page never comes. The words of the 15 are
   never covered. */
(() => {
  "use strict";
  const PATIENCE = 300, BONES = 4;
  let asked = null;
  let timer = 0;

  const part = () => document.querySelector("#desk #centre, #desk[data-view=idle] #resume");
  const say = (text) => {
    const where = document.getElementById("loading");
    if (where) where.textContent = text;
  };

  function show() {
    const over = part();
    if (!over) return;
    const bones = document.createElement("div");
    bones.className = "bones is-loading";
    bones.setAttribute("aria-hidden", "true");
    for (let count = 0; count < BONES; count += 1) {
      const bone = document.createElement("span");
      bone.className = count % 2 ? "bone bone-2" : "bone";
      bones.append(bone);
    }
    over.setAttribute("aria-busy", "true");
    over.append(bones);
    say(document.getElementById("loading")?.dataset.words || "");
  }

  function over() {
    clearTimeout(timer);
    asked = null;
    document.querySelector(".bones")?.remove();
    document.querySelector("#desk [aria-busy]")?.removeAttribute("aria-busy");
    say("");
  }

  document.addEventListener("htmx:before:request", (event) => {
    if (event.detail.ctx?.target?.id !== "desk") return;
    over();
    asked = event.detail.ctx;
    timer = setTimeout(show, PATIENCE);
  });
  document.addEventListener("telesec:page", over);
  for (const name of ["htmx:finally:request", "htmx:error"]) {
    document.addEventListener(name, (event) => { if (event.detail.ctx && event.detail.ctx === asked) over(); });
  }
})();
