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
      place.innerHTML = await answer.text();
      const count = place.firstElementChild?.dataset.count || "";
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
