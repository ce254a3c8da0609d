// Shows what the server sends: one sentence of its own, and the page that it leads to. Keeps
// nothing, and answers no request of a page.
"use strict";
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const said = event.data ? event.data.json() : { text: "", page: "/", kind: "" };
  event.waitUntil(
    self.registration.showNotification("Curbside", {
      body: said.text,
      tag: said.kind,
      data: { page: said.page },
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const page = new URL(event.notification.data.page, self.location.origin);
  if (page.origin !== self.location.origin) return;
  event.waitUntil(self.clients.openWindow(page.href));
});
