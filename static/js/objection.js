/* The handling form: the subtypes offered are those of the type that is chosen; those of
   the others stay where one of them is chosen already. Without a script all are offered. */
(() => {
  "use strict";

  const settle = (form) => {
    const type = form.querySelector("[name=type]");
    const subtype = form.querySelector("[name=subtype]");
    if (!type || !subtype) return;
    const ofOther = (option) => type.value && !option.value.startsWith(`${type.value}.`);
    for (const group of subtype.querySelectorAll("optgroup")) {
      const options = [...group.children];
      const hidden = options.every(ofOther);
      group.hidden = hidden;
      group.disabled = hidden;
      if (hidden && options.some((option) => option.selected)) subtype.value = "";
    }
  };
  const settleAll = () => document.querySelectorAll("[data-facts]").forEach(settle);

  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("[data-facts]");
    if (!form) return;
    if (event.target.name === "subtype") {
      const type = form.querySelector("[name=type]");
      const [code, ...rest] = event.target.value.split(".");
      if (rest.length && type && !type.value) type.value = code;
    }
    if (["type", "subtype"].includes(event.target.name)) settle(form);
  });
  // Which kind of evidence a button is about: its popup's form begins with it.
  let kind = "";
  const choose = () => {
    const field = document.querySelector(".asking:popover-open select[name=kind]");
    if (!kind || !field) return;
    if ([...field.options].some((option) => option.value === kind)) field.value = kind;
    kind = "";
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[popovertarget^=act-popup-]");
    if (!button) return;
    kind = button.dataset.kind ?? "";
    requestAnimationFrame(choose);
  });
  document.addEventListener("htmx:afterSwap", choose);

  document.addEventListener("htmx:afterSwap", settleAll);
  settleAll();
})();
