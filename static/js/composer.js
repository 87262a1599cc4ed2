/* Forms that write: <form data-composer="thread:IN2026..."> with
     <textarea data-composer-text>, <input type="hidden" name="client_token">,
     optional <input type="file" data-composer-files data-max-bytes data-max-files>,
     <ul data-file-list>, and one <div class="error-slot" id="error-<field>"
     data-form="<id of the form>"> per field, which the server fills on a refusal.
   Keeps the draft until a send has succeeded, sends on Ctrl/Cmd+Enter but never while an
   input method composes, and gives each draft one client token, so that a second click,
   or a try after a lost answer, is still one message. */
(() => {
  "use strict";
  const PREFIX = "draft:";
  // Safari ends the composition before the Enter that ended it; this gap covers it.
  const IME_GAP = 50;

  const uuid = () => {
    if (crypto.randomUUID) return crypto.randomUUID();
    const b = crypto.getRandomValues(new Uint8Array(16));
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    const hex = [...b].map((n) => n.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };

  const store = {
    read(key) {
      try {
        return JSON.parse(sessionStorage.getItem(PREFIX + key) ?? "null");
      } catch {
        return null;
      }
    },
    write(key, value) {
      try {
        if (value) sessionStorage.setItem(PREFIX + key, JSON.stringify(value));
        else sessionStorage.removeItem(PREFIX + key);
      } catch {
        /* full or switched off: the field itself still holds the text */
      }
    },
  };

  const size = (bytes) =>
    bytes < 1048576
      ? `${Math.max(1, Math.round(bytes / 1024))} KB`
      : `${(bytes / 1048576).toFixed(1)} MB`;

  const setUp = (form) => {
    if (form.dataset.ready) return;
    form.dataset.ready = "1";
    const key = form.dataset.composer;
    const text = form.querySelector("[data-composer-text]");
    const token = form.querySelector("[name=client_token]");
    const picker = form.querySelector("[data-composer-files]");
    const list = form.querySelector("[data-file-list]");
    const slots = () =>
      document.querySelectorAll(`.error-slot[data-form="${form.id}"]`);
    const remembered = [...form.querySelectorAll("[data-remember]")];
    let chosen = []; // the files as they stand in the list
    let sent = { text: "", files: [] }; // what is on its way
    let composing = false;
    let composedAt = 0;

    // --- the draft -------------------------------------------------------------------
    const save = () => {
      const fields = {};
      for (const field of remembered) {
        if (field.type === "radio") {
          if (field.checked) fields[field.name] = field.value;
        } else {
          fields[field.name] = field.value;
        }
      }
      const some = text.value || Object.values(fields).some(Boolean);
      store.write(key, some ? { text: text.value, token: token?.value, fields } : null);
    };
    const restore = () => {
      const draft = store.read(key);
      if (!draft) return;
      if (!text.value) {
        text.value = draft.text ?? "";
        if (token && draft.token) token.value = draft.token;
      }
      for (const field of remembered) {
        const value = draft.fields?.[field.name];
        if (value === undefined) continue;
        if (field.type === "radio") {
          if (!form.querySelector(`[name="${field.name}"]:checked`)) {
            field.checked = field.value === value;
          }
        } else if (!field.value) {
          field.value = value;
        }
      }
      form.dispatchEvent(new CustomEvent("composer:restored", { bubbles: true }));
    };
    if (token && !token.value) token.value = uuid();
    restore();
    form.addEventListener("input", save);
    form.addEventListener("change", save);

    // --- sending ---------------------------------------------------------------------
    text.addEventListener("compositionstart", () => {
      composing = true;
    });
    text.addEventListener("compositionend", () => {
      composing = false;
      composedAt = performance.now();
    });
    text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
      const justComposed = composing || performance.now() - composedAt < IME_GAP;
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      if (justComposed || form.dataset.sending) return;
      form.requestSubmit();
    });

    const buttons = () => form.querySelectorAll("[type=submit]");
    const busy = (on) => {
      if (on) form.dataset.sending = "1";
      else delete form.dataset.sending;
      buttons().forEach((button) => {
        button.disabled = on;
      });
    };
    // Beside each field its message; the first wrong field gets the cursor.
    const mark = () => {
      let first = null;
      slots().forEach((slot) => {
        const name = slot.id.replace("error-", "");
        const wrong = slot.childElementCount > 0;
        form.querySelectorAll(`[name="${name}"]`).forEach((field) => {
          if (wrong) field.setAttribute("aria-invalid", "true");
          else field.removeAttribute("aria-invalid");
          if (wrong) first ??= field;
        });
      });
      first?.focus();
    };
    // A message goes as soon as its field is being mended.
    const mend = (event) => {
      const name = event.target.name;
      const slot = name && document.getElementById(`error-${name}`);
      if (!slot?.childElementCount || slot.dataset.form !== form.id) return;
      slot.replaceChildren();
      form
        .querySelectorAll(`[name="${name}"]`)
        .forEach((field) => field.removeAttribute("aria-invalid"));
    };
    form.addEventListener("input", mend);
    form.addEventListener("change", mend);
    const succeed = () => {
      // What was typed or chosen while the message was on its way stays.
      const { value } = text;
      text.value = value.startsWith(sent.text) ? value.slice(sent.text.length) : value;
      if (picker) put(chosen.filter((file) => !sent.files.includes(file)));
      if (token) token.value = uuid();
      save();
      slots().forEach((slot) => slot.replaceChildren());
      mark();
      form.dispatchEvent(new CustomEvent("composer:sent", { bubbles: true }));
      text.focus({ preventScroll: true });
    };

    // What was edited after it was sent is sent as well, under a token of its own.
    const renew = () => {
      if (token) token.value = uuid();
      save();
    };
    form.addEventListener("sent:otherwise", renew);

    if (form.hasAttribute("hx-post")) {
      form.addEventListener("htmx:beforeRequest", (event) => {
        if (event.target !== form) return;
        sent = { text: text.value, files: [...chosen] };
        busy(true);
      });
      form.addEventListener("htmx:afterRequest", (event) => {
        if (event.target !== form) return;
        if (event.detail.xhr.getResponseHeader("HX-Redirect")) {
          store.write(key, null); // the page is about to change; stay busy until then
          return;
        }
        busy(false);
        if (event.detail.successful) succeed();
        else mark();
      });
      for (const name of ["htmx:sendError", "htmx:timeout"]) {
        form.addEventListener(name, (event) => {
          if (event.target !== form) return;
          busy(false);
          if (form.dataset.offline) {
            globalThis.Shoushi?.toast({
              text: form.dataset.offline,
              kind: "soon",
              id: "toast-offline",
            });
          }
        });
      }
      form.addEventListener("htmx:responseError", (event) => {
        if (event.target !== form) return;
        if (event.detail.xhr.status < 500 || !form.dataset.failed) return;
        globalThis.Shoushi?.toast({
          text: form.dataset.failed,
          kind: "late",
          id: "toast-failed",
        });
      });
    } else {
      // An ordinary form: the page changes when it succeeds, and the draft goes then.
      form.addEventListener("submit", (event) => {
        if (form.dataset.sending) {
          event.preventDefault();
          return;
        }
        save();
        store.write("sent", { key });
        busy(true);
      });
    }
    addEventListener("pageshow", () => busy(false));

    // --- files -----------------------------------------------------------------------
    const files = () => {
      if (!picker || !list) return;
      const max = Number(picker.dataset.maxBytes || Infinity);
      const most = Number(picker.dataset.maxFiles || Infinity);
      list.querySelectorAll("img").forEach((img) => URL.revokeObjectURL(img.src));
      list.replaceChildren();
      [...picker.files].forEach((file, index) => {
        const tooLarge = file.size > max;
        const tooMany = index >= most;
        const item = document.createElement("li");
        if (file.type.startsWith("image/") && !tooLarge) {
          const img = document.createElement("img");
          img.src = URL.createObjectURL(file);
          img.alt = "";
          item.append(img);
        }
        const name = document.createElement("span");
        name.className = "name";
        name.textContent = file.name;
        const note = document.createElement("span");
        note.className = tooLarge || tooMany ? "refused" : "quiet";
        note.textContent = tooLarge
          ? list.dataset.tooLarge
          : tooMany
            ? list.dataset.tooMany
            : size(file.size);
        const remove = document.createElement("button");
        remove.type = "button";
        remove.className = "icon-button";
        remove.setAttribute("aria-label", `${list.dataset.remove} ${file.name}`);
        remove.textContent = "×";
        remove.addEventListener("click", () => drop(index));
        item.append(name, note, remove);
        list.append(item);
      });
      const bad = [...picker.files].some((f, i) => f.size > max || i >= most);
      picker.setCustomValidity(bad ? list.dataset.tooLarge : "");
    };
    const put = (kept) => {
      const transfer = new DataTransfer();
      kept.forEach((file) => transfer.items.add(file));
      picker.files = transfer.files;
      chosen = kept;
      files();
    };
    const drop = (index) => {
      put([...picker.files].filter((_, i) => i !== index));
      picker.focus();
    };
    if (picker) {
      // A second choice adds to the first instead of replacing it.
      picker.addEventListener("change", () => put([...chosen, ...picker.files]));
      const take = (event, items) => {
        const given = [...(items ?? [])];
        if (!given.length) return;
        event.preventDefault();
        put([...chosen, ...given]);
      };
      text.addEventListener("paste", (e) => take(e, e.clipboardData?.files));
      form.addEventListener("dragover", (e) => e.preventDefault());
      form.addEventListener("drop", (e) => take(e, e.dataTransfer?.files));
    }
  };

  const scan = (root = document) =>
    root.querySelectorAll("form[data-composer]").forEach(setUp);

  // A page without the form that was sent is the proof that it was accepted.
  const settle = () => {
    const sent = store.read("sent");
    if (!sent) return;
    store.write("sent", null);
    const again = [...document.querySelectorAll("form[data-composer]")].some(
      (form) => form.dataset.composer === sent.key,
    );
    if (!again && document.body.dataset.accepted) store.write(sent.key, null);
  };

  settle();
  scan();
  document.addEventListener("htmx:load", (event) => {
    scan(event.detail.elt.parentNode ?? document);
  });
})();
