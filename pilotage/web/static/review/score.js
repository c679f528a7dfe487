/* Scoring by keyboard: J and K move between criteria, a digit sets the score of the current one, 1 then 0 gives ten.
   Nothing here is needed: radio buttons and the save button work without it. */
(() => {
  "use strict";
  const criteria = Array.from(document.querySelectorAll("[data-criterion]"));
  if (!criteria.length) return;
  let current = -1;
  let lastDigit = { at: 0, card: -1, digit: "" };

  const show = (index, focus = true) => {
    current = Math.max(0, Math.min(criteria.length - 1, index));
    criteria.forEach((card, i) => card.classList.toggle("is-current", i === current));
    const card = criteria[current];
    if (focus) {
      const radio = card.querySelector("input[type=radio]:checked") || card.querySelector("input[type=radio]");
      radio.focus({ preventScroll: true });
    }
    card.scrollIntoView({ block: "nearest" });
  };

  const choose = (value) => {
    const radio = criteria[current].querySelector(`input[type=radio][value="${value}"]`);
    if (!radio || radio.disabled) return;
    radio.checked = true;
    radio.focus({ preventScroll: true });
    radio.dispatchEvent(new Event("change", { bubbles: true }));
  };

  document.addEventListener("focusin", (event) => {
    const index = criteria.indexOf(event.target.closest("[data-criterion]"));
    if (index >= 0 && index !== current) show(index, false);
  });

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches("textarea, select, input:not([type=radio])")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") {
      event.preventDefault();
      show(current < 0 ? 0 : current + (key === "j" ? 1 : -1));
    } else if (/^[0-9]$/.test(key)) {
      event.preventDefault();
      if (current < 0) show(0);
      const now = Date.now();
      const isTen = key === "0" && lastDigit.digit === "1" && lastDigit.card === current && now - lastDigit.at < 600;
      lastDigit = { at: now, card: current, digit: key };
      choose(isTen ? "10" : key);
    }
  });

  const links = Array.from(document.querySelectorAll(".dossier-tabs a"));
  const mark = (id) => links.forEach((link) => {
    if (link.getAttribute("href") === `#${id}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  });
  const parts = Array.from(document.querySelectorAll(".dossier-part"));
  if ("IntersectionObserver" in window && parts.length) {
    const seen = new Set();
    const observer = new IntersectionObserver((entries) => {
      entries.forEach((entry) => (entry.isIntersecting ? seen.add(entry.target) : seen.delete(entry.target)));
      const first = parts.find((part) => seen.has(part));
      if (first) mark(first.id);
    }, { rootMargin: "-110px 0px -60% 0px" });
    parts.forEach((part) => observer.observe(part));
    mark(parts[0].id);
  }

  const wrong = criteria.findIndex((card) => card.classList.contains("is-invalid"));
  const open = criteria.findIndex((card) => !card.querySelector("input[type=radio]:checked"));
  if (wrong >= 0) requestAnimationFrame(() => { show(wrong, false); criteria[wrong].scrollIntoView({ block: "center" }); });
  else if (open >= 0) { current = open; criteria[open].classList.add("is-current"); }
})();
