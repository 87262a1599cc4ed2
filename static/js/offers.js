/* The panels of the desk: <div popover data-panel="address"> fetches what is in it each
   time it opens, and puts the focus on its first field. */
(() => {
  "use strict";
  const focus = (panel) => {
    if (panel.contains(document.activeElement) && document.activeElement !== panel) return;
    panel.querySelector("[autofocus]")?.focus();
  };
  document.addEventListener(
    "toggle",
    async (event) => {
      const popup = event.target;
      if (event.newState !== "open" || !popup.dataset?.panel) return;
      const panel = popup.querySelector(".offer-panel");
      await htmx.ajax("GET", popup.dataset.panel, { target: panel, swap: "outerHTML" });
      focus(popup);
    },
    { capture: true },
  );
})();
