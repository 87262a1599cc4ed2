/* One's own notices keep themselves up to date; what is ticked stays ticked. */
(() => {
  "use strict";
  const { body } = document;
  const { refetch, paced } = globalThis.Shoushi;
  const centre = () => document.getElementById("notice-centre");
  const fetchList = paced(() => {
    if (!document.getElementById("notice-refusal")) refetch(centre());
  });
  body.addEventListener("live:hello", fetchList);
  body.addEventListener("live:change", ({ detail }) => {
    if (["notification", "clock"].includes(detail.kind)) fetchList();
  });
  document.addEventListener("change", ({ target }) => {
    if (!target.matches("[data-choose-all]")) return;
    centre()
      .querySelectorAll('input[name="notice"]')
      .forEach((box) => {
        box.checked = target.checked;
      });
  });
})();
