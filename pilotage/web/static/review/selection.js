/* Buttons beside a number count it up and down; the form then compares by itself. Without script the number is typed. */
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-step]");
    if (!button) return;
    const field = button.parentElement.querySelector("input");
    const from = Number.parseInt(field.value, 10) || 0;
    field.value = String(Math.max(0, from + Number(button.dataset.step)));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  });
})();
