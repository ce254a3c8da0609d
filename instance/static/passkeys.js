// Passkeys: hand what the page says to the authenticator, and its answer back as a form.
// There are no words in here; data-options is JSON with base64url for bytes.
(() => {
  "use strict";
  if (!window.PublicKeyCredential) return;
  const ANSWERS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];

  const bytes = (text) =>
    Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  const text = (buffer) =>
    btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""))
      .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

  const asked = (form) => {
    const options = JSON.parse(form.dataset.options);
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    for (const known of options.excludeCredentials || []) known.id = bytes(known.id);
    const ask = { publicKey: options };
    return form.dataset.passkey === "create"
      ? navigator.credentials.create(ask)
      : navigator.credentials.get(ask);
  };

  const written = (credential) => {
    const response = {};
    for (const name of ANSWERS) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    const rawId = text(credential.rawId);
    return JSON.stringify({ id: rawId, rawId, type: credential.type, response });
  };

  document.querySelectorAll("[data-no-passkeys]").forEach((words) => words.remove());
  document.querySelectorAll("form[data-passkey]").forEach((form) => {
    const failed = form.querySelector("[data-passkey-failed]");
    form.hidden = false;
    window.addEventListener("pageshow", () => { form.elements.answer.value = ""; });
    // Before the form is sent: capture, so that nothing takes it for sent already.
    form.addEventListener("submit", async (event) => {
      if (form.elements.answer.value) return;
      event.preventDefault();
      event.stopPropagation();
      failed.hidden = true;
      try {
        form.elements.answer.value = written(await asked(form));
      } catch {
        failed.textContent = form.dataset.failed;
        failed.hidden = false;
        return;
      }
      form.requestSubmit();
    }, { capture: true });
  });
})();
