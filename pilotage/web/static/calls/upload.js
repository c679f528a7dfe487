/* Large files go up in pieces and go on after a broken line (tus 1.0). Small ones, and all without this script,
   go with the form as a whole. */
(function () {
  "use strict";
  const form = document.getElementById("application-form");
  if (!form || !window.fetch) return;
  const LARGE = 2 * 1024 * 1024, PIECE = 1024 * 1024, LONGEST_WAIT = 30000, HASHED = 256 * 1024 * 1024;
  const VERSION = { "Tus-Resumable": "1.0.0" };
  const token = () => form.querySelector("[name=csrfmiddlewaretoken]").value;
  const encode = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));

  form.addEventListener(
    "change",
    (event) => {
      const input = event.target, box = input.closest ? input.closest("[data-uploads]") : null;
      if (!box || input.type !== "file" || ![...input.files].some((file) => file.size > LARGE)) return;
      event.stopImmediatePropagation();
      start(box, input);
    },
    true
  );

  async function start(box, input) {
    const files = [...input.files];
    input.disabled = true;
    for (const file of files) if (!(await one(box, input, file))) return void ((input.disabled = false), (input.value = ""));
    input.value = "";
    input.disabled = false;
    const button = document.createElement("button");
    button.name = "do";
    button.value = "uploaded:" + input.name.slice(5);
    button.hidden = true;
    form.append(button);
    button.click(); // saves the answers and shows the files
  }

  /* true: the file is with the application */
  async function one(box, input, file) {
    const line = view(box, file), field = input.name.slice(5);
    const key = ["pilotage:upload", box.dataset.uploads, field, file.name, file.size, file.lastModified].join(":");
    try {
      let place = await known(key, file);
      if (!place) {
        place = { url: await create(box.dataset.uploads, field, file), offset: 0 };
        remember(key, place.url);
      }
      line.cancelled = () => void send(place.url, "DELETE").catch(() => {});
      for (let offset = place.offset, wait = 1000; offset < file.size; ) {
        if (line.isCancelled) return forget(key), line.box.remove(), false;
        line.bar.value = offset;
        try {
          const answer = await send(place.url, "PATCH", { "Upload-Offset": offset, "Content-Type": "application/offset+octet-stream" }, file.slice(offset, offset + PIECE));
          offset = Number(answer.headers.get("Upload-Offset"));
          line.say("");
          wait = 1000;
        } catch (error) {
          if (error.sentence) throw error;
          line.say(box.dataset.failed);
          await pause(wait);
          wait = Math.min(wait * 2, LONGEST_WAIT);
          const now = await known(key, file);
          if (now) offset = now.offset;
        }
      }
      forget(key);
      line.box.remove();
      return true;
    } catch (error) {
      forget(key);
      line.fail(error.sentence || String(error));
      return false;
    }
  }

  async function known(key, file) {
    const url = read(key);
    if (!url) return null;
    try {
      const answer = await send(url, "HEAD");
      if (Number(answer.headers.get("Upload-Length")) !== file.size) return null;
      return { url, offset: Number(answer.headers.get("Upload-Offset")) };
    } catch (error) {
      if (error.status === 404) forget(key);
      return null;
    }
  }

  async function create(url, field, file) {
    let said = "filename " + encode(file.name) + ",field " + encode(field);
    if (window.crypto && crypto.subtle && file.size <= HASHED) {
      const sum = new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer()));
      said += ",sha256 " + encode([...sum].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
    }
    return (await send(url, "POST", { "Upload-Length": file.size, "Upload-Metadata": said })).headers.get("Location");
  }

  /* A refusal has a sentence and ends the upload; anything else is the line, and is tried again. */
  async function send(url, method, headers, body) {
    const answer = await fetch(url, { method, body, headers: Object.assign({ "X-CSRFToken": token() }, VERSION, headers), credentials: "same-origin" });
    if (answer.ok) return answer;
    const error = new Error(answer.status);
    error.status = answer.status;
    if (answer.status === 422) error.sentence = (await answer.json()).error;
    else if (answer.status === 403 || (answer.status === 404 && method !== "HEAD")) error.sentence = answer.status + " " + answer.statusText;
    throw error;
  }

  function view(box, file) {
    const place = document.createElement("div"), label = document.createElement("label"), bar = document.createElement("progress");
    const cancel = document.createElement("button"), word = document.createElement("p");
    place.className = "upload-line";
    label.textContent = box.dataset.running + " " + file.name + " ";
    bar.max = file.size;
    bar.value = 0;
    label.append(bar);
    cancel.type = "button";
    cancel.className = "link-button";
    cancel.textContent = box.dataset.cancel;
    word.setAttribute("role", "status");
    word.className = "meta";
    place.append(label, cancel, word);
    box.append(place);
    const line = { box: place, bar, isCancelled: false, cancelled: () => {} };
    line.say = (text) => (word.textContent = text);
    line.fail = (text) => {
      place.replaceChildren(word);
      word.className = "field-error";
      word.setAttribute("role", "alert");
      word.textContent = text;
    };
    cancel.addEventListener("click", () => {
      line.isCancelled = true;
      line.cancelled();
    });
    return line;
  }

  const pause = (wait) =>
    new Promise((go) => {
      const timer = setTimeout(go, wait);
      window.addEventListener("online", () => (clearTimeout(timer), go()), { once: true });
    });
  const read = (key) => guarded(() => localStorage.getItem(key));
  const remember = (key, url) => guarded(() => localStorage.setItem(key, url));
  const forget = (key) => guarded(() => localStorage.removeItem(key));
  function guarded(act) {
    try {
      return act();
    } catch (error) {
      return null; // a full or forbidden store: the upload goes on, it only cannot be taken up later
    }
  }
})();
