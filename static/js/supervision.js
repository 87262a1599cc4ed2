/* The board keeps itself up to date: by what the server tells, and by the clock, since
   figures such as "due within 60 s" and a silent detector change without any event. */
(() => {
  "use strict";
  const EVERY = 5000;
  const board = document.getElementById("board");
  const { refetch, paced } = globalThis.Shoushi;

  const fetchBoard = paced(() => refetch(board));
  document.body.addEventListener("live:hello", fetchBoard);
  document.body.addEventListener("live:change", (event) => {
    if (event.detail.kind !== "notification") fetchBoard();
  });
  // A clock that passes its deadline on this page is recorded a moment later.
  document.addEventListener("clock:state", fetchBoard);
  setInterval(() => document.hidden || fetchBoard(), EVERY);

  // Without a script "Assign" leads to the ticket, where it can be done too.
  const popup = document.getElementById("reassign");
  const form = document.getElementById("reassign-form");
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-reassign]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    form.action = link.dataset.reassign;
    form.reset();
    document.getElementById("reassign-what").textContent = link.dataset.who;
    popup.showPopover();
    document.getElementById("reassign-to").focus();
  });
  form.addEventListener("htmx:configRequest", (event) => {
    event.detail.path = form.action;
  });
  form.addEventListener("htmx:afterRequest", () => popup.hidePopover());
})();
