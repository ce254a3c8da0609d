// Makes pages quicker to use; each of them works without it. There are no words in here: what is
// said to people comes from the page (data-wait, data-say), so that it can be translated.
(() => {
  "use strict";
  const [WAIT_MS, SAY_MS] = [300, 5000];

  // A second press sends nothing. After a moment the button says that it is sending.
  const labels = new Map();
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    const button = event.submitter;
    if (!button || !button.dataset.wait) return;
    setTimeout(() => {
      labels.set(button, [...button.childNodes]);
      button.replaceChildren(button.dataset.wait);
    }, WAIT_MS);
  });

  // Back and Forward may show the page as it was left: make its forms usable again.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    document.querySelectorAll("[data-sent]").forEach((form) => delete form.dataset.sent);
    labels.forEach((nodes, button) => button.replaceChildren(...nodes));
    labels.clear();
  });

  // What somebody is typing is never replaced by the stream, and not lost by a closed tab.
  document.addEventListener("input", (event) => {
    const kept = event.target.closest("[data-keep]");
    if (kept) kept.setAttribute("hx-morph-skip", "");
    const form = event.target.closest("form[data-send]");
    if (form) form.dataset.typed = "yes";
  });
  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-typed]:not([data-sent])")) event.preventDefault();
  });

  // Ctrl+Enter sends the text being written.
  document.addEventListener("keydown", (event) => {
    const sends = event.key === "Enter" && (event.ctrlKey || event.metaKey);
    if (sends && event.target.matches("form[data-send] textarea")) event.target.form.requestSubmit();
  });

  // In a list that is worked through, J and K go from one to the next: there alone, once the focus
  // is in it, so that nobody's speech or typing sets anything off (WCAG 2.1.4).
  document.addEventListener("keydown", (event) => {
    const step = { j: 1, k: -1 }[event.key];
    const list = event.target.closest("[data-walk]");
    if (!step || !list || event.ctrlKey || event.metaKey || event.altKey) return;
    const links = [...list.querySelectorAll("th a")];
    const next = links[links.indexOf(event.target) + step];
    if (next) next.focus();
  });

  // The summary of errors takes the focus once; later patches of the page must not take it again.
  window.addEventListener("load", () => {
    document.querySelectorAll("[autofocus]").forEach((element) => {
      element.removeAttribute("autofocus");
      element.focus();
    });
  });

  // Copy an address. Without a script it can be selected; the button would do nothing.
  document.querySelectorAll("[data-copy]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const field = document.getElementById(button.dataset.copy);
      field.select();
      try {
        await navigator.clipboard.writeText(field.value);
      } catch {
        document.execCommand("copy");
      }
      button.textContent = button.dataset.done;
      document.getElementById("say").textContent = button.dataset.done;
    });
  });

  // Say what a patch changed in the one live region, at most one message in 5 seconds.
  const live = document.getElementById("live");
  const say = document.getElementById("say");
  if (!live || !say) return;
  const said = () =>
    [...live.querySelectorAll("[data-say]")].map((e) => e.dataset.say || e.textContent.trim());
  let known = said();
  let [waiting, last] = [0, 0];
  document.addEventListener("htmx:sse:after:message", () => {
    const words = said();
    const fresh = words.filter((text) => !known.includes(text));
    known = words;
    if (!fresh.length) return;
    clearTimeout(waiting);
    waiting = setTimeout(
      () => {
        say.textContent = fresh.join(". ");
        last = Date.now();
      },
      Math.max(0, last + SAY_MS - Date.now()),
    );
  });
})();

// Checks a field for identifiers on leaving it, and soon after typing stops. The server draws what
// it found; without this script the same stands there after Send.
(() => {
  "use strict";
  const PAUSE_MS = 800;
  const say = document.getElementById("say");
  const timers = new WeakMap();
  const told = new WeakMap();

  const placeOf = (field) => field.id && document.getElementById(`${field.id}-checked`);
  const check = async (field, place) => {
    clearTimeout(timers.get(field));
    if (told.get(field) === field.value) return;
    const text = field.value;
    told.set(field, text);
    const body = new URLSearchParams(new FormData(field.form));
    body.set("field", place.dataset.checked);
    body.set("action", place.dataset.action);
    try {
      const answer = await fetch("/phi", { method: "POST", body });
      if (!answer.ok || field.value !== text) throw new Error();
      const drawn = new DOMParser().parseFromString(await answer.text(), "text/html");
      // Who went on to a button below the field by keyboard stays on it.
      const at = place.contains(document.activeElement) && document.activeElement;
      place.replaceChildren(...drawn.body.childNodes);
      if (at?.name) place.querySelector(`[name="${at.name}"][value="${at.value}"]`)?.focus();
      const count = place.firstElementChild?.dataset.count;
      if (count && say.textContent !== count) say.textContent = count;
    } catch {
      told.delete(field); // asked again with the next letter; Send checks whatever happens here
    }
  };
  document.addEventListener("input", ({ target }) => {
    const place = placeOf(target);
    if (!place) return;
    clearTimeout(timers.get(target));
    timers.set(target, setTimeout(() => check(target, place), PAUSE_MS));
  });
  document.addEventListener("focusout", ({ target }) => {
    const place = placeOf(target);
    if (place && target.value) check(target, place);
  });
})();
