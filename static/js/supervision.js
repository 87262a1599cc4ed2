/* The board: pushed each second by the server; asked for only while nothing comes. */
(() => {
  "use strict";
  const EVERY = 5000;
  const STALE = 4000;
  const board = document.getElementById("board");
  const { refetch, paced, age, toast } = globalThis.Shoushi;

  setInterval(() => {
    if (!document.hidden && age() > STALE) refetch(board);
  }, EVERY);

  // A warning that is no longer true goes without a notice of its own.
  const notices = document.getElementById("notices");
  const fetchNotices = paced(() => refetch(notices), 10000);
  document.addEventListener("board:fed", ({ detail: { parts } }) => {
    if (!("due" in parts || "missed" in parts)) return;
    if (notices.querySelector("[data-kind=warning]")) fetchNotices();
  });

  // Without a script these lead to where the same can be done.
  const follow = (form, popup, act) => {
    form.addEventListener("htmx:configRequest", (event) => {
      event.detail.path = form.action;
    });
    form.addEventListener("htmx:afterRequest", (event) => act(event, popup));
  };
  const open = (link, form, popup, address) => {
    form.action = address;
    form.reset();
    document.getElementById(`${popup.id}-what`).textContent = link.dataset.who;
    popup.showPopover();
  };

  const reassign = document.getElementById("reassign");
  const reassignForm = document.getElementById("reassign-form");
  follow(reassignForm, reassign, () => reassign.hidePopover());

  const word = document.getElementById("word");
  const wordForm = document.getElementById("word-form");
  const said = document.getElementById("word-said");
  follow(wordForm, word, (event) => {
    if (!event.detail.successful) return;
    word.hidePopover();
    toast({ text: wordForm.dataset.sent });
  });

  // Pages that came without TLS have no randomUUID.
  const freshToken = () => {
    if (crypto.randomUUID) return crypto.randomUUID();
    const b = crypto.getRandomValues(new Uint8Array(16));
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    const hex = [...b].map((n) => n.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-reassign], [data-word]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.dataset.reassign) {
      open(link, reassignForm, reassign, link.dataset.reassign);
      document.getElementById("reassign-to").focus();
      return;
    }
    open(link, wordForm, word, link.dataset.word);
    said.replaceChildren();
    wordForm.elements.client_token.value = freshToken();
    wordForm.elements.to.value = link.dataset.to;
    wordForm.elements[link.dataset.to ? "text" : "to"].focus();
  });
})();
