/* Small manners of every page: menus close, links copy, toasts appear and leave. */
(() => {
  "use strict";

  // --- menus: <details class="menu"> -------------------------------------------------
  const open = () => document.querySelectorAll("details.menu[open]");
  document.addEventListener("click", (event) => {
    open().forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    open().forEach((menu) => {
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  // --- copy a link: <button data-copy="address" data-copied="word">
  //     or a text:   <button data-copy-from="id of its element" data-copied="word"> ----
  const copy = async (value) => {
    if (navigator.clipboard) return navigator.clipboard.writeText(value);
    const field = document.createElement("textarea"); // plain http on a local network
    field.value = value;
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  };
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy], [data-copy-from]");
    if (!button) return;
    const word = button.querySelector("[data-copy-word]") ?? button;
    const before = word.textContent;
    try {
      await copy(
        button.dataset.copyFrom
          ? document.getElementById(button.dataset.copyFrom).textContent
          : new URL(button.dataset.copy, location.href).href,
      );
    } catch {
      return;
    }
    if (before === button.dataset.copied) return;
    word.textContent = button.dataset.copied;
    setTimeout(() => {
      word.textContent = before;
    }, 2500);
  });

  // --- an act that loses something asks first: <button data-confirm="question"> ------
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-confirm]");
    if (button && !confirm(button.dataset.confirm)) event.preventDefault();
  });

  // --- whether one is on duty: the other tabs and the server may say it too ----------
  const presence = () => {
    const menu = document.getElementById("presence");
    if (!menu || menu.open) return;
    htmx.ajax("GET", menu.dataset.url, { target: "#presence", swap: "outerHTML" });
  };
  document.body.addEventListener("live:change", (event) => {
    if (event.detail.kind === "presence") presence();
  });
  document.body.addEventListener("live:hello", (event) => {
    if (event.detail.reconnected) presence();
  });
  // The focus was in the menu, or on its button that is gone: it stays with the menu.
  let held = false;
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (detail.verb === "post" && detail.target?.id === "presence") held = true;
  });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    if (detail.target.id !== "presence") return;
    held ||= detail.target.contains(document.activeElement);
  });
  document.addEventListener("htmx:load", ({ detail }) => {
    if (!held || detail.elt.id !== "presence") return;
    held = false;
    detail.elt.querySelector("summary").focus();
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.target.id === "presence" && detail.failed) held = false;
  });

  // --- a refusal is a note, never the new content of what asked for it --------------
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.xhr.status < 400) return;
    if (event.detail.serverResponse.includes("data-refusal")) {
      event.detail.swapOverride = "none";
    }
  });

  // --- toasts: Shoushi.toast({text, kind, href, id, keep}) ---------------------------
  const LINGER = 8000;
  const region = document.getElementById("toasts");
  const toast = ({ text, kind = "", href = "", id = "", keep = false }) => {
    if (!region) return;
    if (id) document.getElementById(id)?.remove();
    const note = document.getElementById("toast-note").content.cloneNode(true)
      .firstElementChild;
    if (id) note.id = id;
    if (kind) note.classList.add(`is-${kind}`);
    const line = note.querySelector("p");
    if (href) {
      const link = document.createElement("a");
      link.href = href;
      link.textContent = text;
      line.append(link);
    } else {
      line.textContent = text;
    }
    if (keep) note.dataset.keep = "";
    region.append(note);
  };
  // Whoever puts a note here, it is shown once and leaves by itself unless it is kept.
  const received = (note) => {
    if (!note.classList?.contains("toast-note")) return;
    for (const other of region.children) {
      const same = other.textContent.trim() === note.textContent.trim();
      const once = note.dataset.once && other.dataset.once === note.dataset.once;
      if (other !== note && (same || once)) other.remove();
    }
    if (!("keep" in note.dataset)) setTimeout(() => note.remove(), LINGER);
  };
  if (region) {
    [...region.children].forEach(received);
    new MutationObserver((changes) => {
      changes.forEach((change) => change.addedNodes.forEach(received));
    }).observe(region, { childList: true });
  }
  document.addEventListener("click", (event) => {
    event.target.closest("[data-dismiss-toast]")?.closest(".toast-note")?.remove();
  });
  globalThis.Shoushi = Object.assign(globalThis.Shoushi ?? {}, { toast });
})();
