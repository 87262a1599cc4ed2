/* A list of things due keeps itself up to date; what is being written stays. */
(() => {
  "use strict";
  const { body } = document;
  const { refetch, paced } = globalThis.Shoushi;
  // Why a step was not possible stays to be read until the next one.
  const fetchList = paced(() => {
    const list = document.querySelector(".callbacks");
    if (!list.querySelector(".callback-refusal")) refetch(list);
  });
  body.addEventListener("live:hello", fetchList);
  body.addEventListener("live:change", (event) => {
    if (event.detail.kind !== "notification") fetchList();
  });
  // A step that was taken closes its form and takes the number off the screen.
  body.addEventListener("htmx:afterSwap", (event) => {
    const { target, requestConfig, xhr } = event.detail;
    if (!target.matches(".callbacks") || requestConfig.verb !== "post" || xhr.status > 299) {
      return;
    }
    target.querySelectorAll("details[open]").forEach((menu) => {
      menu.open = false;
      menu.querySelector("form").reset();
    });
    document.getElementById("revealed")?.replaceChildren();
  });
})();
