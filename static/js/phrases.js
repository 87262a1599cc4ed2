/* The phrase guard beside the composer: what is written is shown to the server after a
   pause in typing, never while an input method composes; a button puts the approved
   wording in the place of a phrase. The server decides again when the text is sent. */
(() => {
  "use strict";
  const PAUSE = 350;
  const BLANK = "___";
  const at = (id) => document.getElementById(id);
  let composing = false;
  let timer = null;

  // Said once for each change, not once for each letter.
  const announce = () => {
    const summary = at("phrases")?.querySelector("[data-summary]")?.dataset.summary ?? "";
    const said = at("phrases-said");
    if (said && said.textContent !== summary) said.textContent = summary;
  };
  const look = () => {
    const box = at("phrases");
    if (!box || composing) return;
    if (at("as-note")?.checked || !at("id_text").value.trim()) {
      box.replaceChildren();
      announce();
    } else {
      htmx.trigger(box, "phrases:look");
    }
  };
  const soon = (pause = PAUSE) => {
    clearTimeout(timer);
    timer = setTimeout(look, pause);
  };

  document.addEventListener("compositionstart", (event) => {
    if (event.target.id !== "id_text") return;
    composing = true;
    clearTimeout(timer);
  });
  document.addEventListener("compositionend", (event) => {
    if (event.target.id !== "id_text") return;
    composing = false;
    soon();
  });
  document.addEventListener("input", (event) => {
    if (event.target.id === "id_text" && !event.isComposing) soon();
  });
  document.addEventListener("change", (event) => {
    if (event.target.name === "as") soon(0);
  });
  document.addEventListener("composer:restored", () => soon(0));
  document.addEventListener("composer:sent", () => soon(0));
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.target.id === "composer" && !event.detail.successful) soon(0);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id === "phrases") announce();
  });

  // --- approved wording ----------------------------------------------------------------
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-replace]");
    if (!button) return;
    const text = at("id_text");
    const { said, with: instead } = button.dataset;
    const [start, end] = [Number(button.dataset.start), Number(button.dataset.end)];
    text.focus();
    if (text.value.slice(start, end) === said) {
      text.setRangeText(instead, start, end, "end");
      const blank = instead.indexOf(BLANK);
      if (blank >= 0) {
        text.setSelectionRange(start + blank, start + blank + BLANK.length);
      }
      text.dispatchEvent(new Event("input", { bubbles: true }));
    }
    soon(0);
  });

  // Enter sends from nowhere; Ctrl+Enter does so from the reason too.
  document.addEventListener("keydown", (event) => {
    if (event.target.id !== "override_reason" || event.key !== "Enter") return;
    if (event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    const { form } = event.target;
    if ((event.ctrlKey || event.metaKey) && !form.dataset.sending) form.requestSubmit();
  });

  // A draft may have been restored before this script was there.
  if (at("id_text")?.value) soon(0);
})();
