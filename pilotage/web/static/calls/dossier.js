/* Checking by keyboard: J and K go to the next and previous application of the desk, digits tick the points of the check list,
   P passes, R goes to the reason of a return, M walks from field to field to comment on, Enter opens the comment.
   Nothing here is needed: links, boxes and buttons work without it. The keys can be turned off on the page. */
(() => {
  "use strict";
  const line = document.querySelector("[data-shortcuts]");
  const STORE = "pilotage:keys-off";
  let off = false;
  try { off = localStorage.getItem(STORE) === "1"; } catch (error) { /* storage denied: the keys stay on */ }

  const toggle = document.querySelector("[data-shortcuts-toggle]");
  const showState = () => {
    line.classList.toggle("is-off", off);
    toggle.textContent = off ? toggle.dataset.on : toggle.dataset.off;
    toggle.hidden = false;
  };
  if (line && toggle) {
    showState();
    toggle.addEventListener("click", () => {
      off = !off;
      try { localStorage.setItem(STORE, off ? "1" : ""); } catch (error) { /* for this page only */ }
      showState();
    });
  }

  // --- comments: the form is brought to the field ---------------------------------------------
  const pattern = document.getElementById("comment-form");
  const close = (form) => {
    const button = document.querySelector(`a[data-comment="${CSS.escape(form.elements.field.value)}"]`);
    form.remove();
    if (button) button.focus();
  };
  document.addEventListener("click", (event) => {
    const cancel = event.target.closest("[data-comment-cancel]");
    if (cancel && cancel.closest("form").dataset.brought) {
      event.preventDefault();
      return close(cancel.closest("form"));
    }
    const button = event.target.closest("a[data-comment]");
    if (!button || !pattern || event.ctrlKey || event.metaKey || event.shiftKey) return undefined;
    const place = document.getElementById(`c-${button.dataset.comment}`);
    if (!place) return undefined;
    event.preventDefault();
    const known = place.querySelector("form.comment-form");
    if (known) return known.elements.text.focus();
    const form = pattern.content.firstElementChild.cloneNode(true);
    form.dataset.brought = "1";
    form.elements.field.value = button.dataset.comment;
    const draft = place.querySelector("[data-draft]");
    if (draft) form.elements.text.value = draft.textContent;
    form.elements.text.id = `comment-${button.dataset.comment}`;
    form.querySelector("label").htmlFor = form.elements.text.id;
    (place.querySelector("dd") || place.querySelector("th") || place).append(form);
    return form.elements.text.focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches(".comment-form textarea")) {
      event.preventDefault();
      event.target.form.querySelector("button[value=write]").click();
    }
  });

  // --- keys -----------------------------------------------------------------------------------
  const buttons = () => Array.from(document.querySelectorAll("a[data-comment]")).filter((each) => each.offsetParent);
  let at = -1;
  const act = {
    m: (event) => {
      const all = buttons();
      const here = all.indexOf(document.activeElement);
      at = here >= 0 ? here : at;
      at = (at + (event.shiftKey ? -1 : 1) + all.length) % (all.length || 1);
      if (all[at]) { all[at].focus(); all[at].scrollIntoView({ block: "center" }); }
    },
    r: () => document.getElementById("reason-return")?.focus(),
    p: () => document.querySelector("form[data-pass] button:not([type=button])")?.click(),
    j: () => document.querySelector("a[data-key=j]")?.click(),
    k: () => document.querySelector("a[data-key=k]")?.click(),
  };
  document.addEventListener("keydown", (event) => {
    const inText = event.target.matches("textarea, select, input:not([type=checkbox]):not([type=radio])");
    if (event.key === "Escape" && inText) {
      const form = event.target.closest("form[data-brought]");
      if (form && !event.target.value) close(form);
      else event.target.blur();
      return;
    }
    if (off || inText || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = event.key.toLowerCase();
    const point = /^[1-9]$/.test(key) && document.querySelector(`form[data-pass] input[data-point="${key}"]`);
    if (point) {
      event.preventDefault();
      point.click();
      point.focus();
    } else if (act[key]) {
      event.preventDefault();
      act[key](event);
    }
  });
})();
