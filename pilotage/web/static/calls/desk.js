/* The recommend desk: Alt+arrows and dragging fill the "move to" bar; nothing moves before it is sent with its reason. */
(function () {
  "use strict";
  const bar = document.getElementById("move");
  if (!bar) return;
  const to = bar.querySelector("[name=to]"), number = bar.querySelector("[name=number]"), name = bar.querySelector("[data-move-name]");
  const reason = bar.querySelector("[name=reason]");
  const line = (node) => node.closest && node.closest("tr[data-number]");

  function choose(row, rank) {
    if (number.value !== row.dataset.number) reason.value = "";
    number.value = row.dataset.number;
    name.textContent = row.dataset.name;
    to.value = Math.max(1, rank);
    bar.hidden = false;
  }

  document.addEventListener("keydown", (event) => {
    const handle = event.target.closest && event.target.closest(".rank-handle");
    if (!handle || !event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    event.preventDefault();
    const row = line(handle), now = number.value === row.dataset.number && !bar.hidden ? Number(to.value) : Number(row.dataset.rank);
    choose(row, now + (event.key === "ArrowUp" ? -1 : 1));
  });
  document.addEventListener("click", (event) => {
    const handle = event.target.closest(".rank-handle");
    if (handle) {
      event.preventDefault();
      choose(line(handle), Number(line(handle).dataset.rank));
      to.select();
      to.focus();
    }
    if (event.target.closest("[data-move-cancel]")) {
      event.preventDefault();
      bar.hidden = true;
      number.value = "";
    }
  });

  let carried = null;
  document.addEventListener("dragstart", (event) => {
    carried = line(event.target);
    if (carried) event.dataTransfer.setData("text/plain", carried.dataset.number);
  });
  document.addEventListener("dragover", (event) => {
    const over = line(event.target);
    if (!carried || !over || !over.dataset.rank) return;
    event.preventDefault();
    document.querySelectorAll("tr.is-drop").forEach((row) => row.classList.remove("is-drop"));
    over.classList.add("is-drop");
  });
  document.addEventListener("drop", (event) => {
    const over = line(event.target);
    if (!carried || !over || !over.dataset.rank) return;
    event.preventDefault();
    choose(carried, Number(over.dataset.rank));
    reason.focus();
  });
  document.addEventListener("dragend", () => {
    carried = null;
    document.querySelectorAll("tr.is-drop").forEach((row) => row.classList.remove("is-drop"));
  });
})();
