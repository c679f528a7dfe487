/* Scoring in a sitting: Enter and the arrows go to the same criterion of the next or previous application.
   Nothing here is needed: Tab, typing and the save button work without it. */
(() => {
  "use strict";
  const lines = Array.from(document.querySelectorAll("[data-line]"));
  const fields = (line) => Array.from(line.querySelectorAll(".sitting-score"));
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest(".sitting-score");
    if (!field || event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { Enter: 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const line = field.closest("[data-line]");
    const next = lines[lines.indexOf(line) + step];
    if (!next) {
      field.blur();
      return;
    }
    const there = fields(next)[fields(line).indexOf(field)];
    there.focus();
    there.select();
  });
})();
