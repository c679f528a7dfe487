/* Progressive enhancement: every page works without this file where it can. No framework, no inline script.
   Hooks: data-menu, data-popup, data-focus, data-bulk (form), data-check-all, data-autosave (form), data-submit-on-change, data-count-for, data-copy. */
(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));
  root.classList.add("js");

  // The token of any form on the page also guards htmx requests.
  document.addEventListener("htmx:configRequest", (event) => {
    const field = document.querySelector("input[name=csrfmiddlewaretoken]");
    if (field) event.detail.headers["X-CSRFToken"] = field.value;
  });

  // Nothing is shown for the first 300 ms of a request; then the old content fades.
  const timers = new WeakMap();
  document.addEventListener("htmx:beforeRequest", (event) => {
    const target = event.detail.target;
    timers.set(target, setTimeout(() => target.classList.add("is-slow", "htmx-request"), 300));
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const target = event.detail.target;
    clearTimeout(timers.get(target));
    target.classList.remove("is-slow", "htmx-request");
  });
  const lost = (event) => {
    if (event.target.id === "application-form") return; // saving.js says more, and tries again
    const region = document.getElementById("save-errors");
    const notes = document.getElementById("page-notes");
    if (!region || !notes || notes.querySelector("[data-lost-note]")) return;
    const note = document.createElement("div");
    note.className = "note note-warn";
    note.setAttribute("data-lost-note", "");
    note.textContent = region.dataset.lost;
    notes.append(note);
  };
  document.addEventListener("htmx:sendError", lost);
  document.addEventListener("htmx:responseError", lost);

  // Menu on a phone: without script the link opens it by its address.
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-menu]");
    if (!opener) return;
    event.preventDefault();
    const menu = document.getElementById(opener.dataset.menu);
    opener.setAttribute("aria-expanded", String(menu.classList.toggle("is-open")));
  });
  const prepareMenus = () => all("[data-menu]").forEach((opener) => {
    opener.setAttribute("role", "button");
    opener.setAttribute("aria-controls", opener.dataset.menu);
    if (!opener.hasAttribute("aria-expanded")) opener.setAttribute("aria-expanded", "false");
  });

  // Popups made of <details> close on Escape and on a click beside them.
  document.addEventListener("click", (event) => {
    all("details[data-popup][open]").forEach((popup) => { if (!popup.contains(event.target)) popup.open = false; });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    all("details[data-popup][open]").forEach((popup) => { popup.open = false; popup.querySelector("summary").focus(); });
  });

  // A form whose controls act at once; the button stays for those without script.
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-submit-on-change]");
    if (form) form.requestSubmit();
  });

  // Bulk selection: <form data-bulk> … <input type=checkbox name=… > … .bulk-bar
  const countSelected = (form) => {
    const boxes = all("td.check input[type=checkbox]", form);
    const selected = boxes.filter((box) => box.checked).length;
    all("[data-bulk-count]", form).forEach((place) => { place.textContent = selected; });
    all("[data-bulk-bar]", form).forEach((bar) => bar.toggleAttribute("data-empty", selected === 0));
    all("[data-check-all]", form).forEach((box) => {
      box.checked = selected > 0 && selected === boxes.length;
      box.indeterminate = selected > 0 && selected < boxes.length;
    });
  };
  let lastBox = null;
  document.addEventListener("click", (event) => {
    const box = event.target.closest("form[data-bulk] td.check input[type=checkbox]");
    if (!box) return;
    const boxes = all("td.check input[type=checkbox]", box.form);
    if (event.shiftKey && lastBox && boxes.includes(lastBox)) {
      const [from, to] = [boxes.indexOf(lastBox), boxes.indexOf(box)].sort((a, b) => a - b);
      boxes.slice(from, to + 1).forEach((other) => { other.checked = box.checked; });
    }
    lastBox = box;
  });
  document.addEventListener("change", (event) => {
    const form = event.target.closest("form[data-bulk]");
    if (!form) return;
    if (event.target.matches("[data-check-all]"))
      all("td.check input[type=checkbox]", form).forEach((box) => { box.checked = event.target.checked; });
    countSelected(form);
  });
  document.addEventListener("reset", (event) => {
    if (event.target.matches("form[data-bulk]")) setTimeout(() => { countSelected(event.target); event.target.dispatchEvent(new Event("change", { bubbles: true })); }, 0);
  });

  // Length of a text while it is written: <span data-count-for="id" data-min data-max>
  const countWords = (place) => {
    const field = document.getElementById(place.dataset.countFor);
    if (!field) return;
    const length = Array.from(field.value).length;
    place.textContent = place.dataset.max ? `${length}/${place.dataset.max}` : String(length);
    const short = place.dataset.min && length > 0 && length < Number(place.dataset.min);
    place.classList.toggle("is-short", Boolean(short || (place.dataset.max && length > Number(place.dataset.max))));
  };
  document.addEventListener("input", (event) => {
    if (event.target.id) all(`[data-count-for="${CSS.escape(event.target.id)}"]`).forEach(countWords);
  });

  // Autosave: <form data-autosave="<address>" hx-…> sends what changed; the server answers with a fragment.
  // What could not be sent is kept in this browser and offered again.
  const delay = 2000;
  const keyOf = (form) => `pilotage:${form.dataset.autosave}`;
  const keep = (form) => {
    try { localStorage.setItem(keyOf(form), JSON.stringify(Array.from(new FormData(form)).filter(([name, value]) => name !== "csrfmiddlewaretoken" && typeof value === "string"))); } catch { /* storage is full or forbidden: the page itself still holds the text */ }
  };
  const pending = new WeakMap();
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-autosave]");
    if (!form || event.target.type === "file") return;
    keep(form);
    clearTimeout(pending.get(form));
    pending.set(form, setTimeout(() => form.dispatchEvent(new CustomEvent("autosave", { bubbles: true })), delay));
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.detail.elt.closest?.("form[data-autosave]");
    if (form && event.detail.successful) { try { localStorage.removeItem(keyOf(form)); } catch { /* nothing was kept */ } }
  });

  // Shared computers: what was kept here for this person goes when the person signs out.
  document.addEventListener("submit", (event) => {
    if (!event.target.matches('form[action$="/logout/"]')) return;
    try {
      Object.keys(localStorage).filter((key) => key.startsWith("pilotage:")).forEach((key) => localStorage.removeItem(key));
    } catch { /* nothing was kept */ }
  });

  // Copy a value that is shown once.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent.trim());
    if (button.dataset.done) button.textContent = button.dataset.done;
  });

  // Keyboard: / goes to the search field.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("input, textarea, select, [contenteditable]")) return;
    const search = document.querySelector("input[type=search]");
    if (search) { event.preventDefault(); search.focus(); }
  });

  // A box that scrolls sideways and holds nothing to reach by keyboard is made reachable itself, under the name of its caption or heading.
  const focusable = "a[href], button, input, select, textarea, summary, [tabindex]";
  const nameOf = (box) => {
    const heading = box.querySelector("caption") || Array.from(box.closest("section, details, .card, main")?.querySelectorAll("h1, h2, h3, h4, summary, legend") || [])
      .filter((title) => title.compareDocumentPosition(box) & Node.DOCUMENT_POSITION_FOLLOWING).pop() || document.querySelector("h1");
    return heading ? heading.textContent.trim().replace(/\s+/g, " ") : document.title;
  };
  const prepareBoxes = () => all(".table-box").forEach((box) => {
    const scrolls = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight;
    const reachable = box.matches("[tabindex]:not([data-reach])") || (scrolls && box.querySelector(focusable));
    if (scrolls && !reachable) {
      box.dataset.reach = "";
      box.tabIndex = 0;
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", nameOf(box));
    } else if (box.hasAttribute("data-reach")) ["data-reach", "tabindex", "role", "aria-label"].forEach((name) => box.removeAttribute(name));
  });
  let resizing = 0;
  window.addEventListener("resize", () => { clearTimeout(resizing); resizing = setTimeout(prepareBoxes, 150); });
  document.addEventListener("toggle", prepareBoxes, true);

  const prepare = (from = document) => {
    prepareMenus();
    prepareBoxes();
    all("form[data-bulk]", from).forEach(countSelected);
    if (from.matches?.("form[data-bulk]")) countSelected(from);
    if (from.closest?.("form[data-bulk]")) countSelected(from.closest("form[data-bulk]"));
    all("[data-count-for]", from).forEach(countWords);
    const summary = from.querySelector("[data-focus]");
    if (summary) summary.focus();
  };
  prepare();
  document.addEventListener("htmx:afterSwap", (event) => prepare(event.detail.target));
})();
