/* Saves the application form as one types, and loses nothing on the way.
   What the server has not acknowledged lies in this browser under the application and the person: it survives a lost
   connection, an expired session and a closed window, and goes up by itself once that is possible, each field on the basis
   of the version at which it was read. The server merges; what somebody else changed meanwhile comes back as a question.
   The copy goes as soon as the server has answered, and at sign-out (pilotage.js). */
(function () {
  "use strict";
  const form = document.getElementById("application-form");
  if (!form) return;
  const WAIT = 2000, DELAYS = [2000, 4000, 8000, 15000, 30000, 60000];
  const store = "pilotage:draft:" + form.dataset.person + ":" + form.dataset.number;
  const note = document.getElementById("local-note");
  const pending = new Map(); // field key -> {n: number of the change, base: version read, values, held: why it waits for the person}
  let sent = new Map(), changes = 0, timer = 0, retry = 0, failures = 0, quietUntil = 0, busy = false, answered = false, reload = false, renewed = false;
  let seen = form.dataset.seen; // what stands around the fields, by name: the server sends it anew only when it has changed

  const keyOf = (name) => (name.startsWith("f.") ? name.slice(2).split(".")[0] : name.startsWith("rows.") ? name.slice(5) : "");
  const marker = (key) => [...form.elements].find((e) => e.name === "has" && e.value.startsWith(key + ":"));
  const valuesOf = (key) => [...new FormData(form)].filter(([name, value]) => keyOf(name) === key && typeof value === "string");
  const sendable = () => [...pending].filter(([, entry]) => !entry.held);

  // --- what changed -------------------------------------------------------------------------
  function touch(key) {
    const mark = marker(key), known = pending.get(key);
    const base = known ? known.base : mark ? Number(mark.value.split(":")[1]) : 0;
    pending.set(key, { n: ++changes, base, values: valuesOf(key), held: "" });
    if (mark) mark.value = mark.value.split(":").slice(0, 2).join(":") + ":"; // no digest: to be saved whatever it was drawn with
    keep();
    soon(WAIT);
  }

  function soon(wait) {
    clearTimeout(timer);
    timer = setTimeout(save, Math.max(failures ? Math.max(wait, WAIT) : wait, quietUntil - Date.now()));
  }

  // --- saving -------------------------------------------------------------------------------
  function save() {
    if (busy || !sendable().length) return;
    busy = true;
    answered = false;
    sent = new Map(sendable().map(([key, entry]) => [key, { n: entry.n, base: entry.base, values: entry.values }]));
    status(form.dataset.savingText, false);
    window.htmx.trigger(form, "pilotage:autosave");
  }

  form.addEventListener("htmx:configRequest", (event) => {
    const data = event.detail.formData;
    event.detail.headers["Pilotage-Autosave"] = "1"; // may be asked to come again later when very many save at once
    for (const name of new Set([...data.keys()])) if (name !== "csrfmiddlewaretoken") data.delete(name);
    data.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    data.set("do", "autosave");
    data.set("seen", seen);
    sent.forEach((entry, key) => {
      data.append("has", key + ":" + entry.base + ":");
      entry.values.forEach(([name, value]) => data.append(name, value));
    });
  });

  document.body.addEventListener("pilotage:saved", (event) => {
    const detail = event.detail;
    answered = true;
    seen = detail.seen;
    status(detail.status, false);
    sent.forEach((entry, key) => {
      const now = pending.get(key), isChanged = now && now.n !== entry.n, mark = marker(key);
      if (key in detail.fields) {
        if (isChanged) now.base = detail.version;
        else pending.delete(key);
        if (mark) mark.value = key + ":" + detail.version + ":" + (isChanged ? "" : detail.fields[key]);
        if (mark && !isDrawn(entry.values)) reload = true;
      } else if (now && !isChanged) now.held = (detail.conflicts || []).includes(key) ? "conflict" : "refused";
    });
    note.hidden = true;
    keep();
  });

  form.addEventListener("htmx:afterRequest", (event) => {
    busy = false;
    if (!answered) return failed(event.detail.xhr);
    failures = quietUntil = 0;
    renewed = false;
    clearTimeout(retry);
    if (reload && !sendable().length) return location.reload(); // rows that were kept but are not drawn on this page
    if (sendable().length) soon(WAIT);
  });

  /* A question stays on the page until it is answered, whatever else is saved meanwhile. */
  document.body.addEventListener("htmx:oobBeforeSwap", (event) => {
    const isAsked = [...pending.values()].some((entry) => entry.held === "conflict");
    const fresh = event.detail.fragment;
    if (event.detail.target.id === "clash" && isAsked && document.querySelector(".clash") && !fresh.querySelector(".clash")) event.detail.shouldSwap = false;
  });

  // --- when it fails --------------------------------------------------------------------------
  async function failed(xhr) {
    keep();
    const code = xhr ? xhr.status : 0, isLogin = Boolean(xhr && xhr.responseURL && xhr.responseURL.includes("/accounts/login/"));
    if (isLogin || code === 403) {
      if (!renewed && (await renew())) return soon(0);
      return isLogin || !(await isSignedIn()) ? signedOut() : say(note.dataset.refused, note.dataset.retry, again);
    }
    const asked = code === 503 ? Number(xhr.getResponseHeader("Retry-After")) * 1000 : 0; // the server sheds load
    const text = asked ? note.dataset.busy : code === 0 ? note.dataset.offline : note.dataset.failed;
    status(text, true);
    say(text, note.dataset.retry, again);
    clearTimeout(retry);
    const wait = (asked || DELAYS[Math.min(failures, DELAYS.length - 1)]) * (0.8 + Math.random() * 0.4);
    failures++;
    if (asked) quietUntil = Date.now() + wait;
    retry = setTimeout(save, wait);
  }

  function again() {
    clearTimeout(retry);
    renewed = false;
    save();
  }

  async function page() {
    try {
      const response = await fetch(location.href, { credentials: "same-origin", headers: { Accept: "text/html" } });
      return response.ok && !response.url.includes("/accounts/login/") ? await response.text() : "";
    } catch (error) {
      return "";
    }
  }

  const isSignedIn = async () => (await page()).includes('name="csrfmiddlewaretoken"');

  /* After signing in again, perhaps in another window, the forms of this page need the new token. */
  async function renew() {
    renewed = true;
    const parsed = new DOMParser().parseFromString(await page(), "text/html");
    const fresh = parsed.querySelector("#application-form");
    if (!fresh || fresh.dataset.person !== form.dataset.person) return false;
    const token = fresh.querySelector("[name=csrfmiddlewaretoken]").value;
    document.querySelectorAll("input[name=csrfmiddlewaretoken]").forEach((input) => (input.value = token));
    return true;
  }

  function signedOut() {
    status(note.dataset.signedOut, true);
    const link = document.createElement("a");
    link.href = "/accounts/login/?next=" + encodeURIComponent(location.pathname + location.search);
    link.textContent = note.dataset.signIn;
    note.querySelector("p").replaceChildren(note.dataset.signedOut + " ", link);
    note.hidden = false;
    clearTimeout(retry);
    retry = setTimeout(again, DELAYS[DELAYS.length - 1]);
  }

  addEventListener("online", again);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && failures && again());

  function status(text, isFailed) {
    const place = document.getElementById("save-status");
    place.classList.toggle("is-failed", isFailed);
    place.querySelector("span").textContent = text;
  }

  function say(text, act, run) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "link-button";
    button.textContent = act;
    button.addEventListener("click", run);
    note.querySelector("p").replaceChildren(text + " ", button);
    note.hidden = false;
  }

  // --- the copy in this browser -----------------------------------------------------------------
  function read() {
    try {
      return JSON.parse(localStorage.getItem(store) || "{}");
    } catch (error) {
      return {};
    }
  }

  /* Another window of the same person keeps its fields in the same place: only what this one sent is taken out. */
  function keep() {
    const all = read(), isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);
    sent.forEach((entry, key) => {
      if (!pending.has(key) && all[key] && isSame(all[key].values, entry.values)) delete all[key];
    });
    pending.forEach((entry, key) => (all[key] = { base: entry.base, values: entry.values }));
    try {
      if (Object.keys(all).length) localStorage.setItem(store, JSON.stringify(all));
      else localStorage.removeItem(store);
    } catch (error) {
      /* a full or forbidden store: the page itself still holds the text */
    }
  }

  const isDrawn = (values) => values.every(([name]) => [...form.elements].some((element) => element.name === name));

  function putBack(values) {
    const keys = new Set(values.map(([name]) => keyOf(name)));
    for (const element of form.elements)
      if ((element.type === "checkbox" || element.type === "radio") && keys.has(keyOf(element.name))) element.checked = false;
    for (const [name, value] of values)
      for (const element of form.elements) {
        if (element.name !== name || element.type === "hidden") continue;
        if (element.type === "checkbox" || element.type === "radio") element.checked = element.checked || element.value === value;
        else element.value = value;
      }
  }

  /* What was left over, of whatever section, goes up on the basis of the version at which it was read. */
  function pickUp() {
    for (const [key, entry] of Object.entries(read())) {
      pending.set(key, { n: ++changes, base: entry.base, values: entry.values, held: "" });
      if (marker(key)) putBack(entry.values);
    }
    if (pending.size) soon(0);
  }

  document.addEventListener("submit", (event) => {
    clearTimeout(timer);
    if (!event.target.closest(".clash")) return;
    for (const [name, value] of new FormData(event.target)) {
      if (!name.startsWith("keep.") || value !== "theirs") continue;
      const entry = pending.get(name.slice(5));
      if (entry) sent.set(name.slice(5), entry);
      pending.delete(name.slice(5)); // the person gave it up
    }
    keep();
  });

  window.pilotageSaving = { touch, soon, has: (key) => pending.has(key) };
  addEventListener("DOMContentLoaded", () => {
    pickUp();
    window.dispatchEvent(new Event("pilotage:picked-up"));
  });
})();
