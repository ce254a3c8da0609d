// This device takes messages: ask the browser for an address, and hand it in as a form.
// There are no words in here.
(() => {
  "use strict";
  const form = document.querySelector("form[data-push]");
  if (!form || !("serviceWorker" in navigator) || !("PushManager" in window)) return;

  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const failed = form.querySelector("[data-push-failed]");

  const subscribed = async () => {
    if ((await Notification.requestPermission()) !== "granted") throw new Error("not allowed");
    await navigator.serviceWorker.register("/push-worker.js", { scope: "/" });
    const { pushManager } = await navigator.serviceWorker.ready;
    const options = { userVisibleOnly: true, applicationServerKey: bytes(form.dataset.push) };
    return (await pushManager.subscribe(options)).toJSON();
  };

  document.querySelectorAll("[data-no-push]").forEach((words) => words.remove());
  form.hidden = false;
  // Before the form is sent: capture, so that nothing takes it for sent already.
  form.addEventListener("submit", async (event) => {
    if (form.elements.endpoint.value) return;
    event.preventDefault();
    event.stopPropagation();
    failed.hidden = true;
    try {
      const { endpoint, keys } = await subscribed();
      form.elements.endpoint.value = endpoint;
      form.elements.p256dh.value = keys.p256dh;
      form.elements.auth.value = keys.auth;
    } catch {
      failed.hidden = false;
      return;
    }
    form.requestSubmit();
  }, { capture: true });
})();
