/* The application form: counts, compares, opens, shows and hides. Saving is saving.js's.
   Everything here is also possible without it: the form posts as a whole. */
(function () {
  "use strict";
  const form = document.getElementById("application-form");
  if (!form) return;
  const CHINESE = /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]/u;
  const saving = window.pilotageSaving;
  const held = new Map(); // element id -> answer kept back while its field is still being typed in

  const holder = (node) => (node && node.closest ? node.closest("[data-field]") : null);
  const keyOf = (name) => (name.startsWith("f.") ? name.slice(2).split(".")[0] : name.startsWith("rows.") ? name.slice(5) : "");

  form.addEventListener("input", (event) => {
    const field = holder(event.target);
    if (!field || event.target.type === "file" || event.target.name.startsWith("province.")) return;
    saving.touch(field.dataset.field);
    count(event.target);
    compare(field);
    opens(event.target);
    conditions();
  });

  document.body.addEventListener("pilotage:saved", (event) => {
    const detail = event.detail;
    for (const field of form.querySelectorAll("[data-show-if]"))
      if (field.dataset.field in (detail.hidden || {})) show(field, detail.hidden[field.dataset.field]);
    conditions();
  });

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
    if (saving.has(field.dataset.field)) saving.soon(500);
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

  function refresh() {
    form.querySelectorAll("[data-field]").forEach(compare);
    form.querySelectorAll("textarea").forEach(count);
    conditions();
  }

  window.addEventListener("pilotage:picked-up", refresh);
  conditions();
})();
