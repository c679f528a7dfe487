/* Answers to the comments on a returned application go up when the text is left; the button beside each works without this. */
(() => {
  "use strict";
  const form = document.getElementById("application-form");
  if (!form) return;
  form.addEventListener("change", async (event) => {
    const box = event.target;
    if (!box.matches("textarea[data-answer]")) return;
    const place = box.closest(".field-comments").querySelector("[data-answer-kept]");
    const body = new URLSearchParams({ do: "answers", csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken.value, [box.name]: box.value });
    let kept = false;
    try {
      const response = await fetch(form.action, { method: "POST", body, credentials: "same-origin" });
      kept = response.status === 204;
    } catch (error) { /* said below */ }
    place.textContent = kept ? place.dataset.text : place.dataset.failed;
  });
})();
