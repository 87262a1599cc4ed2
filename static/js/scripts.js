/* The script picker of the composer: "/" at the start of a word opens it, what follows
   filters, Enter inserts, Esc closes. Nothing happens while an input method composes. */
(() => {
  "use strict";
  const words = () => document.getElementById("desk-words")?.dataset ?? {};
  const box = () => document.getElementById("scripts");
  const field = () => document.getElementById("id_text");
  const options = () => [...(box()?.querySelectorAll("[role=option]") ?? [])];
  const shown = () => options().filter((option) => !option.hidden);
  let active = null;

  // The slash and what follows it, just before the cursor.
  const asked = (text) => {
    const before = text.value.slice(0, text.selectionStart);
    return before.match(/(?:^|\s)[/／、]([^\s/／、]*)$/u);
  };

  const choose = (option) => {
    active?.setAttribute("aria-selected", "false");
    active = option ?? null;
    active?.setAttribute("aria-selected", "true");
    active?.scrollIntoView({ block: "nearest" });
    if (active) field().setAttribute("aria-activedescendant", active.id);
    else field().removeAttribute("aria-activedescendant");
  };
  const close = () => {
    if (!box() || box().hidden) return;
    box().hidden = true;
    choose(null);
  };
  const open = (query) => {
    const wanted = query.toLowerCase();
    for (const option of options()) {
      option.hidden = !option.dataset.find.toLowerCase().includes(wanted);
    }
    const found = shown();
    box().querySelector("[data-scripts-count]").textContent = found.length
      ? words().some.replace("{n}", found.length)
      : words().none;
    box().hidden = false;
    choose(found.includes(active) ? active : found[0]);
  };

  const insert = (option) => {
    const text = field();
    const match = asked(text);
    const end = text.selectionStart;
    const start = match ? end - match[1].length - 1 : end;
    text.setRangeText(option.dataset.text, start, end, "end");
    close();
    text.focus();
    text.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const look = () => {
    if (!box()) return;
    const match = asked(field());
    if (match) open(match[1]);
    else close();
  };

  document.addEventListener("input", (event) => {
    if (event.target === field()) look();
  });
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.target !== field() || !box() || box().hidden) return;
      if (event.isComposing || event.keyCode === 229) return;
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const found = shown();
      const place = found.indexOf(active);
      const moves = { ArrowDown: 1, ArrowUp: -1 };
      if (event.key in moves && found.length) {
        choose(found[(place + moves[event.key] + found.length) % found.length]);
      } else if ((event.key === "Enter" || event.key === "Tab") && active) {
        insert(active);
      } else if (event.key === "Escape") {
        close();
      } else {
        return;
      }
      event.preventDefault();
      event.stopPropagation();
    },
    { capture: true },
  );
  document.addEventListener("mousedown", (event) => {
    const option = event.target.closest("#script-list [role=option]");
    if (option) {
      event.preventDefault(); // the field keeps the cursor
      insert(option);
    } else if (!event.target.closest("#scripts, [data-scripts-open]")) {
      close();
    }
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-scripts-open]")) return;
    const text = field();
    text.focus();
    if (box().hidden) open("");
    else close();
  });
  document.addEventListener("focusout", (event) => {
    if (event.target === field()) setTimeout(() => {
      if (document.activeElement !== field()) close();
    }, 150);
  });
})();
