/* Without a network the phone says so and what still works. Nothing about anybody is kept on it. */
"use strict";
const KEPT = "telesec-{{ asset_url('style.css') }}";
const PAGE = "{{ url_for('phone.offline') }}";

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(KEPT).then((kept) => kept.addAll([PAGE, "{{ asset_url('style.css') }}"])));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(caches.keys().then((names) => Promise.all(names.filter((name) => name !== KEPT).map((name) => caches.delete(name)))));
});

self.addEventListener("fetch", (event) => {
  if (event.request.mode === "navigate") event.respondWith(fetch(event.request).catch(() => caches.match(PAGE)));
  else if (event.request.destination === "style") event.respondWith(caches.match(event.request).then((kept) => kept || fetch(event.request)));
});
