/* The panels of the desk: <div popover data-panel="address"> fetches what is in it each
   time it opens. htmx puts the focus on its first field, once the field is wired. */
(() => {
  "use strict";
  document.addEventListener(
    "toggle",
    (event) => {
      const popup = event.target;
      if (event.newState !== "open" || !popup.dataset?.panel) return;
      const panel = popup.querySelector(".offer-panel");
      htmx.ajax("GET", popup.dataset.panel, { target: panel, swap: "outerHTML" });
    },
    { capture: true },
  );
})();
