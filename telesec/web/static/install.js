/* Lets the phone keep the page that is shown without a network; a browser that cannot goes on as before. */
(() => {
  "use strict";
  const address = document.querySelector("link[rel=manifest]")?.dataset.worker;
  if (!address || !navigator.serviceWorker) return;
  const ours = window.trustedTypes?.createPolicy("telesec", { createScriptURL: (it) => (it === address ? it : "") });
  navigator.serviceWorker.register(ours ? ours.createScriptURL(address) : address, { scope: "/phone" }).catch(() => {});
})();
