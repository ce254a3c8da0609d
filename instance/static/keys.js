// A single key goes to the search. Never in a field; Account turns it off (WCAG 2.1.4), and this file
// is not on the page then.
(() => {
  "use strict";
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) return;
    const seen = (element) => element.getClientRects().length > 0;
    const places = [...document.querySelectorAll(`[data-key="${event.key}"]`)].filter(seen);
    const place = places.find((one) => one.closest("main")) || places[0]; // the page's own first
    if (!place) return;
    event.preventDefault(); // the browser would look through this page
    const field = place.querySelector("input");
    if (!field) return place.click();
    field.focus();
    field.select();
  });
})();
