/* <button data-print> prints the page; without this script the browser's own menu does. */
(() => {
  "use strict";
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) print();
  });
})();
