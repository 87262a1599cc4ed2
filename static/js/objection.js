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
  // What a button is about, say a kind of evidence or an action: its popup's form begins
  // with it.
  const ABOUT = ["kind", "number"];
  let about = {};
  const choose = () => {
    for (const name of ABOUT) {
      const field = document.querySelector(`.asking:popover-open select[name=${name}]`);
      const value = about[name];
      if (!value || !field) continue;
      if ([...field.options].some((option) => option.value === value)) field.value = value;
      about = {};
    }
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[popovertarget^=act-popup-]");
    if (!button) return;
    about = Object.fromEntries(ABOUT.map((name) => [name, button.dataset[name] ?? ""]));
    requestAnimationFrame(choose);
  });
  document.addEventListener("htmx:afterSwap", choose);

  // A form that was fetched when the case stood otherwise is fetched anew when it opens;
  // what is written in one that is open stays.
  const stand = () => document.getElementById("thread")?.dataset.stand ?? "";
  document.addEventListener(
    "toggle",
    (event) => {
      const popup = event.target;
      if (event.newState !== "open" || !popup.id?.startsWith("act-popup-")) return;
      const before = popup.dataset.stand;
      popup.dataset.stand = stand();
      if (before === undefined || before === stand()) return;
      htmx.ajax("GET", popup.getAttribute("hx-get"), {
        target: `#${popup.id}-body`,
        swap: "innerHTML",
      });
    },
    { capture: true },
  );

  document.addEventListener("htmx:afterSwap", settleAll);
  settleAll();
})();
