// What single keys do: they go to the place on the page that carries the key, or along what the page
// lists. The list of them is on the help page. Never in a field; Account turns them off
// (WCAG 2.1.4), and this file is not on the page then.
(() => {
  "use strict";
  const SECOND_KEY_MS = 1500;
  const STEPS = { j: 1, k: -1 };
  const seen = (element) => element.getClientRects().length > 0;
  let first = { key: "", at: 0 }; // the "g" of "g h"

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const is_second = first.key && event.timeStamp - first.at < SECOND_KEY_MS;
    const keys = is_second ? `${first.key} ${event.key}` : event.key;
    first = { key: event.key === "g" ? "g" : "", at: event.timeStamp };
    const acts = event.key in STEPS && !is_second ? walk(STEPS[event.key]) : go(keys);
    if (acts) event.preventDefault(); // the browser would look through this page
  });

  function go(keys) {
    const places = [...document.querySelectorAll(`[data-key="${CSS.escape(keys)}"]`)].filter(seen);
    const place = places.find((one) => one.closest("main")) || places[0]; // the page's own first
    if (!place) return false;
    const field = place.querySelector("textarea, input:not([type=hidden])");
    if (!field) place.click();
    else if (field.type === "search") field.select(); // takes the focus, too
    else field.focus();
    return true;
  }

  // A list that is worked through has its own walk, which stays when single keys are off.
  function walk(step) {
    if (document.activeElement.closest("[data-walk]")) return false;
    const links = "main .title-link, main tr a.t, main .notice-row a.t";
    const found = document.querySelectorAll(`${links}, main article:not(:has(.title-link))`);
    const items = [...found].filter(seen);
    const here = items.findIndex((one) => one.contains(document.activeElement));
    const next = here < 0 ? items[0] : items[here + step];
    if (!next) return false;
    if (!next.href) next.tabIndex = -1;
    next.focus();
    return true;
  }
})();
