// Saves what is being written, and again when it changed; the button beside it does the same. There
// are no words in here: the server draws the line that says how it went, the page has the other.
(() => {
  "use strict";
  const EVERY_MS = 10000;
  const form = document.querySelector("form[data-draft]");
  const line = document.getElementById("saved");
  const say = document.getElementById("say");
  if (!form || !line) return;
  let changed = false;
  let saving = null;

  const post = async (last) => {
    const body = new URLSearchParams(new FormData(form));
    body.set("quiet", "yes");
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", body, keepalive: last });
      if (!answer.ok && answer.status !== 409) throw new Error();
      line.innerHTML = await answer.text();
      if (answer.status === 409) say.textContent = line.textContent.trim();
      if (!changed) delete form.dataset.typed;
    } catch {
      changed = true; // the next turn tries again
      const words = line.querySelector("span");
      if (words.textContent !== form.dataset.unsaved) {
        words.textContent = form.dataset.unsaved;
        say.textContent = form.dataset.unsaved;
      }
    }
  };
  const save = async (last = false) => {
    if (!changed || saving || form.dataset.sent) return;
    changed = false;
    saving = post(last);
    await saving;
    saving = null;
  };

  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("change", () => { changed = true; save(); });
  setInterval(save, EVERY_MS);
  window.addEventListener("pagehide", () => save(true));

  // A form that is sent while it is being saved waits for its number. Capture, so that nothing
  // takes it for sent already.
  document.addEventListener("submit", async (event) => {
    if (event.target !== form || !saving) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    const button = event.submitter;
    await saving;
    form.requestSubmit(button);
  }, { capture: true });

  // A whole note with headings is sorted as soon as it is pasted.
  const HEADING = /^[ \t]*[#*]*[ \t]*[A-Za-z][A-Za-z /]{1,30}:/gm;
  document.getElementById("history").addEventListener("paste", (event) => {
    const pasted = event.clipboardData.getData("text");
    if ((pasted.match(HEADING) || []).length < 2) return;
    setTimeout(() => form.requestSubmit(document.getElementById("sort")));
  });
})();
