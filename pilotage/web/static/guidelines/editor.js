/* The editor of a chapter: keeps the text two seconds after the last key and shows how it looks. Without it the button does both.
   A text somebody else changed meanwhile is never replaced: the server refuses, and saving by the button shows both. */
(function () {
  "use strict";
  const form = document.getElementById("chapter-form");
  if (!form) return;
  const text = form.elements.text, note = document.getElementById("saved"), preview = document.getElementById("preview");
  const WAIT = 2000, AGAIN = 8000;
  let timer = 0, kept = text.value, isBusy = false, isHeld = text.readOnly, drawn = text.value;

  async function draw() {
    const now = text.value;
    if (now === drawn) return;
    try {
      const answer = await fetch(form.dataset.preview, { method: "POST", body: new FormData(form), credentials: "same-origin" });
      if (answer.ok && text.value === now) {
        preview.innerHTML = await answer.text();
        drawn = now;
      }
    } catch (error) { /* shown again with the next key */ }
  }

  async function save() {
    if (isBusy || isHeld || text.value === kept) return;
    isBusy = true;
    const now = text.value;
    note.textContent = note.dataset.saving;
    try {
      const answer = await fetch(location.href, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, credentials: "same-origin" });
      const found = await answer.json();
      if (answer.ok) {
        kept = now;
        form.elements.base.value = found.base;
        note.textContent = found.saved;
      } else {
        isHeld = answer.status === 409; // until the person has seen both
        note.textContent = found.error;
      }
    } catch (error) {
      note.textContent = note.dataset.lost;
      timer = setTimeout(save, AGAIN);
    }
    isBusy = false;
    if (!isHeld && text.value !== kept && text.value !== now) soon();
  }

  function soon() {
    clearTimeout(timer);
    timer = setTimeout(() => { save(); draw(); }, WAIT);
  }

  text.addEventListener("input", soon);
  form.addEventListener("submit", () => { kept = text.value; });
  window.addEventListener("beforeunload", (event) => { if (text.value !== kept) event.preventDefault(); });
})();
