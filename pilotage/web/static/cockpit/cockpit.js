// After another target was chosen: bring its line into view where it would stand under the fold, as on a phone.
document.addEventListener("htmx:afterSettle", () => {
  const line = document.getElementById("line");
  if (line && line.getBoundingClientRect().top > window.innerHeight - 80) line.scrollIntoView({ block: "start" });
});
