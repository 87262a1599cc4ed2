/* A department's list: keeps itself up to date, and opens the popup of a row's step. */
(() => {
  "use strict";
  const { body } = document;
  const list = document.getElementById("requests");
  const { refetch, paced } = globalThis.Shoushi;

  const fetchList = paced(() => refetch(list));
  body.addEventListener("live:hello", fetchList);
  body.addEventListener("live:change", (event) => {
    if (event.detail.kind !== "notification") fetchList();
  });
  document.addEventListener("clock:state", fetchList);

  const empty = (popup) => {
    popup.querySelector("form").reset();
    popup.querySelectorAll(".error-slot").forEach((slot) => slot.replaceChildren());
  };

  // Without a script the buttons lead to the conversation.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-popup]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const popup = document.getElementById(link.dataset.popup);
    const form = popup.querySelector("form");
    if (form.getAttribute("action") !== link.dataset.action) {
      empty(popup);
      form.setAttribute("action", link.dataset.action);
      if (link.dataset.text) form.elements.text.value = link.dataset.text;
    }
    popup.querySelector(".popup-who").textContent = link.dataset.who;
    popup.showPopover();
    form.querySelector("select, textarea, input:not([type=hidden])").focus();
  });
  document.addEventListener("keydown", (event) => {
    const link = event.target.closest?.("a[data-popup]");
    if (!link || event.key !== " ") return;
    event.preventDefault();
    link.click();
  });
  body.addEventListener("htmx:configRequest", (event) => {
    const { target } = event;
    if (target.closest?.(".popup")) event.detail.path = target.getAttribute("action");
  });
  body.addEventListener("requests:acted", () => {
    document.querySelectorAll(".popup:popover-open").forEach((popup) => {
      popup.hidePopover();
      empty(popup);
      popup.querySelector("form").removeAttribute("action");
    });
  });
})();
