/* The application form: saves as one types, keeps text on the device while saving fails, counts, compares.
   Everything here is also possible without it: the form posts as a whole. */
(function () {
  "use strict";
  const form = document.getElementById("application-form");
  if (!form) return;
  const CHINESE = /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]/u;
  const WAIT = 2000, RETRY = 15000, store = "pilotage:" + form.dataset.number;
  const note = document.getElementById("local-note");
  const dirty = new Map(); // field key -> number of the last change
  let sent = new Map(), changes = 0, timer = 0, retry = 0, busy = false, answered = false;
  const held = new Map(); // element id -> answer kept back while its field is still being typed in

  const holder = (node) => (node && node.closest ? node.closest("[data-field]") : null);
  const keyOf = (name) => (name.startsWith("f.") ? name.slice(2).split(".")[0] : name.startsWith("rows.") ? name.slice(5) : "");
  const marker = (key) => [...form.elements].find((e) => e.name === "has" && e.value.startsWith(key + ":"));

  // --- what changed -------------------------------------------------------------------------
  function touch(key) {
    dirty.set(key, ++changes);
    const mark = marker(key);
    if (mark) mark.value = mark.value.split(":").slice(0, 2).join(":") + ":"; // no digest: to be saved whatever it was drawn with
    clearTimeout(timer);
    timer = setTimeout(save, WAIT);
    keep();
  }

  form.addEventListener("input", (event) => {
    const field = holder(event.target);
    if (!field || event.target.type === "file" || event.target.name.startsWith("province.")) return;
    touch(field.dataset.field);
    count(event.target);
    compare(field);
    opens(event.target);
    conditions();
  });

  // --- saving -------------------------------------------------------------------------------
  function save() {
    if (busy || !dirty.size) return;
    busy = true;
    answered = false;
    sent = new Map(dirty);
    status(form.dataset.savingText, false);
    window.htmx.trigger(form, "pilotage:autosave");
  }

  form.addEventListener("htmx:configRequest", (event) => {
    const data = event.detail.formData;
    for (const name of new Set([...data.keys()])) {
      if (name === "csrfmiddlewaretoken") continue;
      if (name === "has") {
        const marks = data.getAll("has").filter((value) => sent.has(value.split(":")[0]));
        data.delete("has");
        marks.forEach((value) => data.append("has", value));
      } else if (!sent.has(keyOf(name))) data.delete(name);
    }
    data.set("do", "autosave");
  });

  document.body.addEventListener("pilotage:saved", (event) => {
    const detail = event.detail;
    answered = true;
    for (const [key, digest] of Object.entries(detail.fields)) {
      const mark = marker(key), isChanged = dirty.get(key) !== sent.get(key);
      if (mark) mark.value = key + ":" + detail.version + ":" + (isChanged ? "" : digest);
    }
    sent.forEach((number, key) => {
      if (dirty.get(key) === number) dirty.delete(key);
    });
    for (const field of form.querySelectorAll("[data-show-if]"))
      if (field.dataset.field in (detail.hidden || {})) show(field, detail.hidden[field.dataset.field]);
    conditions();
    note.hidden = true;
    keep();
  });

  form.addEventListener("htmx:afterRequest", () => {
    busy = false;
    if (!answered) return failed();
    clearTimeout(retry);
    if (dirty.size) timer = setTimeout(save, WAIT);
  });

  function failed() {
    status(note.dataset.failed, true);
    say(note.dataset.failed, note.dataset.retry, save);
    keep();
    clearTimeout(retry);
    retry = setTimeout(save, RETRY);
  }

  function status(text, isFailed) {
    const place = document.getElementById("save-status");
    place.classList.toggle("is-failed", isFailed);
    place.querySelector("span").textContent = text;
  }

  function say(text, act, run) {
    const line = note.querySelector("p");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link-button";
    button.textContent = act;
    button.addEventListener("click", run);
    line.replaceChildren(text + " ", button);
    note.hidden = false;
  }

  // --- text kept on this device ---------------------------------------------------------------
  function keep() {
    try {
      if (!dirty.size) return localStorage.removeItem(store);
      const values = [...new FormData(form)].filter(([name, value]) => dirty.has(keyOf(name)) && typeof value === "string");
      localStorage.setItem(store, JSON.stringify({ path: location.search, values }));
    } catch (error) {
      /* a full or forbidden store: the page itself still holds the text */
    }
  }

  function kept() {
    try {
      return JSON.parse(localStorage.getItem(store) || "null");
    } catch (error) {
      return null;
    }
  }

  function restore(values) {
    const keys = new Set(values.map(([name]) => keyOf(name)));
    for (const element of form.elements)
      if ((element.type === "checkbox" || element.type === "radio") && keys.has(keyOf(element.name))) element.checked = false;
    for (const [name, value] of values)
      for (const element of form.elements) {
        if (element.name !== name || element.type === "hidden") continue;
        if (element.type === "checkbox" || element.type === "radio") element.checked = element.checked || element.value === value;
        else element.value = value;
      }
    note.hidden = true;
    keys.forEach(touch);
    refresh();
  }

  // --- sentences wait until the field was left --------------------------------------------------
  document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
    const id = event.detail.target.id;
    const typing = holder(document.activeElement);
    if (!typing) return;
    const own = "e-" + typing.dataset.field;
    if (id !== own && id !== "section-problems" && id !== "section-list") return;
    if (id === own && !event.detail.target.hidden) return; // already said: let it change or go
    if (document.getElementById(own) && !document.getElementById(own).hidden) return;
    held.set(id, event.detail.fragment.querySelector ? event.detail.fragment.querySelector("#" + id) || event.detail.fragment.firstElementChild : null);
    event.detail.shouldSwap = false;
  });

  form.addEventListener("focusout", (event) => {
    const field = holder(event.target);
    if (!field || field.contains(event.relatedTarget)) return;
    held.forEach((fresh, id) => {
      const old = document.getElementById(id);
      if (fresh && old) old.replaceWith(fresh);
    });
    held.clear();
    marks();
    if (dirty.has(field.dataset.field)) {
      clearTimeout(timer);
      timer = setTimeout(save, WAIT / 4 > 500 ? 500 : WAIT);
    }
  });

  document.body.addEventListener("htmx:afterSettle", marks);
  document.body.addEventListener("htmx:oobAfterSwap", marks);

  function marks() {
    for (const field of form.querySelectorAll("[data-field]")) {
      const sentence = document.getElementById("e-" + field.dataset.field);
      if (sentence) field.classList.toggle("is-invalid", !sentence.hidden);
    }
  }

  // --- counting, comparing, opening -------------------------------------------------------------
  function count(input) {
    const place = form.querySelector('[data-chars-for="' + input.id + '"]');
    if (!place) return;
    // the server's rule: a text with Chinese counts in characters, any other in words, and half as many are asked
    const text = input.value.trim(), words = text !== "" && !CHINESE.test(text);
    const length = words ? text.split(/\s+/).reduce((sum, word) => sum + Math.ceil([...word].length / 20), 0) : [...text].length;
    const half = (limit) => (words ? Math.ceil(limit / 2) : limit);
    const least = half(Number(place.dataset.min)), most = half(Number(place.dataset.max));
    place.querySelector("[data-count]").textContent = length;
    place.querySelector("[data-count-most]").textContent = most;
    place.querySelector("[data-count-words]").hidden = !words;
    const missing = place.querySelector("[data-count-missing]"), short = length > 0 && length < least;
    if (missing) {
      missing.textContent = Math.max(least - length, 0);
      place.querySelector("[data-count-short]").hidden = !short;
    }
    place.classList.toggle("is-short", short || length > most);
  }

  function compare(field) {
    const out = field.querySelector("[data-change]");
    if (!out) return;
    const [before, after] = [...field.querySelectorAll("[data-figure]")].map((input) => parseFloat(input.value.replace(/[,\s]/g, "")));
    if (!isFinite(before) || !isFinite(after) || !before) return void (out.textContent = "–");
    const percent = (((after - before) / Math.abs(before)) * 100).toFixed(1);
    out.textContent = (percent < 0 ? "\u2212" : percent > 0 ? "+" : "") + Math.abs(percent).toFixed(1) + "%";
  }

  function opens(input) {
    const line = input.dataset.opens && input.closest("li");
    if (!line) return;
    line.classList.toggle("is-used", input.checked);
    const counter = holder(input).querySelector("[data-chosen]");
    counter.textContent = holder(input).querySelectorAll("[data-opens]:checked").length;
    if (input.checked) document.getElementById(input.dataset.opens.replace(/^s/, "t")).focus();
  }

  // --- what is shown: decided here where all of it is on this page, else by the server with each save ------
  function answers(key) {
    const field = form.querySelector('[data-field="' + key + '"]');
    if (!field) return null;
    const inputs = [...field.querySelectorAll("input, select, textarea")].filter((e) => keyOf(e.name) === key && e.name.startsWith("f."));
    if (!inputs.length || inputs.some((e) => e.name.endsWith(".unit"))) return null;
    if (field.hidden) return { hidden: true, values: [] };
    const chosen = (e) => (e.type === "checkbox" || e.type === "radio" ? e.checked : e.value.trim() !== "");
    return { hidden: false, values: inputs.filter(chosen).map((e) => e.value.trim()) };
  }

  function passes(test) {
    const found = answers(test.key);
    if (!found) return null;
    if (found.hidden) return false;
    if ("filled" in test && test.filled !== found.values.length > 0) return false;
    if ("values" in test) return found.values.some((value) => test.values.includes(value) || test.values.some((one) => one !== "" && Number(one) === Number(value)));
    const within = (value) => {
      const compared = (limit) => (typeof limit === "string" ? value : parseFloat(value.replace(/[,\s]/g, "")));
      return (!("min" in test) || compared(test.min) >= test.min) && (!("max" in test) || compared(test.max) <= test.max);
    };
    return "min" in test || "max" in test ? found.values.length > 0 && within(found.values[0]) : true;
  }

  function show(field, isHidden) {
    field.hidden = isHidden;
    const below = document.getElementById("n-" + field.dataset.field);
    if (below) below.hidden = isHidden;
  }

  function conditions() {
    for (const field of form.querySelectorAll("[data-show-if]")) {
      const alternatives = JSON.parse(field.dataset.showIf).map((tests) => tests.map(passes));
      if (alternatives.flat().includes(null)) continue;
      show(field, !alternatives.some((tests) => tests.every(Boolean)));
    }
  }

  form.addEventListener("change", (event) => {
    const act = event.target.dataset && event.target.dataset.submits;
    if (!act) return;
    const button = document.createElement("button");
    button.name = "do";
    button.value = act;
    button.hidden = true;
    form.append(button);
    button.click();
  });

  form.addEventListener("submit", () => {
    clearTimeout(timer);
    try {
      localStorage.removeItem(store);
    } catch (error) {
      /* nothing kept */
    }
  });

  function refresh() {
    form.querySelectorAll("[data-field]").forEach(compare);
    form.querySelectorAll("textarea").forEach(count);
    conditions();
  }

  const left = kept();
  if (left && left.path === location.search) say(note.dataset.kept, note.dataset.restore, () => restore(left.values));
  conditions();
})();
