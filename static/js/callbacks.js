/* The list of callbacks keeps itself up to date; what is being written stays. */
(() => {
  "use strict";
  const { body } = document;
  const { refetch, paced } = globalThis.Shoushi;
  const fetchList = paced(() => refetch(document.getElementById("callbacks")));
  body.addEventListener("live:hello", fetchList);
  body.addEventListener("live:change", (event) => {
    if (event.detail.kind !== "notification") fetchList();
  });
})();
