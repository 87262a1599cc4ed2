/* The objection form in steps: <form data-objection> with <section data-step>. Without
   this script it is one long form. Keeps the draft on this device until it is sent, shows
   only the fields of the chosen type, and says what is missing before going on. */
(() => {
  "use strict";
  const KEY = "draft:objection";
  const KEPT = 7 * 24 * 3600 * 1000;
  const form = document.querySelector("form[data-objection]");
  if (!form) return;
  const uploads = globalThis.objectionUploads(form);
  const $ = (what) => form.querySelector(what);
  const all = (what) => [...form.querySelectorAll(what)];
  const steps = all("[data-step]");
  const token = $("[name=client_token]");
  const refused = all(".error-slot").some((slot) => slot.childElementCount > 0);
  let current = 0;
  let sending = 0; // files under way
  let missing = 0; // files that came part of their way, and are not on this device
  let send = null; // the submit that waits for them

  // --- the draft ---------------------------------------------------------------------
  const store = {
    read() {
      try {
        const draft = JSON.parse(localStorage.getItem(KEY) ?? "null");
        return draft && Date.now() - draft.at < KEPT ? draft : null;
      } catch {
        return null;
      }
    },
    write(value) {
      try {
        if (value) localStorage.setItem(KEY, JSON.stringify(value));
        else localStorage.removeItem(KEY);
      } catch {
        /* full or switched off: the fields themselves still hold all */
      }
    },
  };
  const fields = () =>
    all("input, textarea, select").filter(
      (it) => it.name && !["hidden", "file"].includes(it.type),
    );
  let staged = [];
  let parts = []; // files on their way
  let gone = false; // sent, or thrown away: nothing more is kept
  const save = () => {
    if (gone) return;
    const values = {};
    for (const it of fields()) {
      if (it.type === "radio" || it.type === "checkbox") {
        if (it.checked) (values[it.name] ??= []).push(it.value);
      } else if (it.value) {
        values[it.name] = it.value;
      }
    }
    const some = Object.keys(values).length > 0 || staged.length > 0 || parts.length > 0;
    const draft = { at: Date.now(), token: token.value, step: current, values, staged, parts };
    store.write(some ? draft : null);
  };
  const forget = () => {
    gone = true;
    store.write(null);
    keptFiles.clear();
  };
  const restore = () => {
    const draft = store.read();
    if (!draft) return false;
    token.value = draft.token || token.value;
    for (const it of fields()) {
      const value = draft.values?.[it.name];
      if (value === undefined) continue;
      if (Array.isArray(value)) it.checked = value.includes(it.value);
      else if (it.type !== "radio" && it.type !== "checkbox") it.value = value;
    }
    for (const file of draft.staged ?? []) if (!uploads.has(file.id)) uploads.known(file);
    staged = draft.staged ?? [];
    parts = draft.parts ?? [];
    parts.forEach(uploads.goOn);
    current = Math.min(Math.max(0, Number(draft.step) || 0), steps.length - 1);
    return true;
  };

  // --- what the chosen type needs ----------------------------------------------------
  const chosen = () => form.querySelector("[name=what]:checked")?.value ?? "";
  const fits = (places, value) => {
    const [type] = value.split("/");
    return places.split(" ").some((it) => it === "*" || it === value || it === type);
  };
  const homes = new Map(); // a field -> the mark of its own place
  const adapt = () => {
    const value = chosen();
    for (const part of all("[data-shown]")) {
      const shown = value !== "" && fits(part.dataset.shown, value);
      part.hidden = !shown;
      part.querySelectorAll("input, textarea").forEach((it) => {
        it.disabled = !shown;
      });
    }
    for (const group of all(".type-group")) {
      const tile = group.querySelector("[name=what]:checked");
      group.classList.toggle("has-chosen", Boolean(tile));
      group.querySelector("[data-chosen]").textContent =
        tile?.closest(".tile").querySelector("[data-tile-name]").textContent ?? "";
    }
    for (const field of all("[data-field][data-needed]")) {
      const needed = value !== "" && fits(field.dataset.needed, value);
      const note = field.querySelector("[data-optional]");
      if (note) note.hidden = needed;
    }
    all("[data-plain-note]").forEach((note) => {
      note.hidden = true;
    });
    move(value);
  };
  // What the type needs and the first step left empty is asked where it becomes clear.
  const move = (value) => {
    const here = $("[data-needed-here]");
    for (const field of all("[data-home] [data-needed], [data-needed-here] [data-needed]")) {
      if (!homes.has(field)) {
        const mark = document.createComment(field.dataset.field);
        field.before(mark);
        homes.set(field, mark);
      }
      const input = field.querySelector("input");
      const asked = value !== "" && fits(field.dataset.needed, value);
      const away = here.contains(field);
      if (asked && (away || input.value.trim() === "")) {
        if (!away) here.append(field);
      } else if (away) {
        homes.get(field).after(field);
      }
    }
    here.hidden = here.querySelector("[data-needed]") === null;
  };
  const amounts = () => {
    for (const part of all("[data-amount-of]")) {
      const on = document.getElementById(part.dataset.amountOf).checked;
      part.hidden = !on;
      part.querySelector("input").disabled = !on;
    }
  };

  // --- messages beside the fields ----------------------------------------------------
  const slotOf = (name) => document.getElementById(`error-${name}`);
  const sayMissing = (field, said = field.dataset.missing) => {
    const slot = slotOf(field.dataset.field);
    const list = document.createElement("ul");
    list.className = "field-errors";
    const line = document.createElement("li");
    const text = document.createElement("span");
    text.textContent = said;
    line.append($("[data-alert]").content.cloneNode(true), text);
    list.append(line);
    const box = document.createElement("div");
    box.setAttribute("role", "alert");
    box.append(list);
    slot.replaceChildren(box);
  };
  const mark = () => {
    let first = null;
    for (const slot of all(".error-slot")) {
      const wrong = slot.childElementCount > 0;
      const name = slot.id.replace("error-", "");
      for (const it of all(`[name="${name}"]`)) {
        if (wrong && it.type !== "file") it.setAttribute("aria-invalid", "true");
        else it.removeAttribute("aria-invalid");
        if (wrong) first ??= it;
      }
      if (wrong) first ??= slot;
    }
    return first;
  };
  form.addEventListener("input", (event) => {
    const slot = event.target.name && slotOf(event.target.name);
    if (slot?.childElementCount) {
      slot.replaceChildren();
      all(`[name="${event.target.name}"]`).forEach((it) => {
        it.removeAttribute("aria-invalid");
      });
    }
  });
  const empty = (field) => {
    const inputs = [...field.querySelectorAll("input, textarea")].filter(
      (it) => it.name === field.dataset.field,
    );
    return inputs.every((it) =>
      it.type === "radio" || it.type === "checkbox" ? !it.checked : !it.value.trim(),
    );
  };
  const missingIn = (step) =>
    [...step.querySelectorAll("[data-field][data-missing]")].filter((field) => {
      if (field.closest("[hidden]:not([data-step])")) return false;
      if (field.dataset.field === "what") return chosen() === "";
      const value = chosen();
      const needed =
        field.dataset.needed === "*" || (value !== "" && fits(field.dataset.needed, value));
      return needed && !field.closest("[data-home]") && empty(field);
    });

  // --- steps -------------------------------------------------------------------------
  const go = (place, { focus = true, record = true } = {}) => {
    current = place;
    steps.forEach((step, index) => {
      step.hidden = index !== place;
    });
    $("[data-back]").hidden = place === 0;
    $("[data-next]").hidden = place === steps.length - 1;
    $("[data-send]").hidden = place !== steps.length - 1;
    const words = form.dataset.stepWord;
    $("[data-steps-word]").textContent = words
      .replace("{n}", place + 1)
      .replace("{all}", steps.length);
    all(".steps-marks span").forEach((it, index) => {
      it.className = index < place ? "is-done" : index === place ? "is-now" : "";
    });
    const lede = document.querySelector("[data-lede]");
    if (lede) lede.hidden = place > 0;
    if (record) history.pushState({ step: place }, "");
    if (focus) {
      steps[place].querySelector("h2").focus({ preventScroll: true });
      form.scrollIntoView({ block: "start" });
    }
    save();
  };
  const next = () => {
    const missing = missingIn(steps[current]);
    missing.forEach((field) => sayMissing(field));
    if (missing.length) {
      mark()?.focus();
      return;
    }
    go(Math.min(current + 1, steps.length - 1));
  };
  // The first wrong field, wherever it is.
  const showWrong = () => {
    const first = mark();
    if (!first) return;
    const place = steps.findIndex((step) => step.contains(first));
    if (place >= 0 && place !== current) go(place, { focus: false });
    const group = first.closest("details");
    if (group) group.open = true;
    first.focus?.({ preventScroll: true });
    first.scrollIntoView({ block: "center" });
  };
  $("[data-next]").addEventListener("click", next);
  $("[data-back]").addEventListener("click", () => history.back());
  addEventListener("popstate", (event) => {
    const place = event.state?.step;
    if (typeof place === "number") go(place, { record: false });
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.target.tagName !== "INPUT") return;
    event.preventDefault(); // Enter in a field goes on; it never sends half a form
    if (current < steps.length - 1) next();
  });

  // --- sending -----------------------------------------------------------------------
  const busy = (on) => {
    $("[data-send]").disabled = on;
  };
  const waits = (text) => {
    const note = $("[data-waiting-note]");
    note.hidden = !text;
    note.textContent = text;
  };
  form.addEventListener("uploads:change", (event) => {
    ({ sending, missing, staged, parts } = event.detail);
    save();
    if (!sending && send) {
      const now = send;
      send = null;
      waits("");
      now();
    }
  });
  form.addEventListener("htmx:confirm", (event) => {
    if (event.target !== form) return;
    event.preventDefault();
    const empties = steps.flatMap(missingIn);
    empties.forEach((field) => sayMissing(field));
    const half = $("[data-unfinished]");
    if (missing) sayMissing(half, half.dataset.unfinished);
    if (empties.length || missing) {
      showWrong();
      return;
    }
    busy(true);
    const issue = () => event.detail.issueRequest(true);
    if (sending) {
      send = issue;
      waits(form.dataset.waiting);
    } else {
      issue();
    }
  });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.target !== form) return;
    if (event.detail.xhr.getResponseHeader("HX-Redirect")) {
      forget();
      return;
    }
    busy(false);
    // The slots come out of band, after this event.
    setTimeout(showWrong, 0);
  });
  // What was mended after it was filed is filed as well, under a token of its own.
  form.addEventListener("sent:otherwise", () => {
    token.value = uploads.token();
    save();
  });
  const toast = (text, kind) => {
    if (text) globalThis.Shoushi?.toast({ text, kind, id: `toast-${kind}` });
  };
  for (const name of ["htmx:sendError", "htmx:timeout"]) {
    form.addEventListener(name, () => {
      busy(false);
      toast(form.dataset.offline, "soon");
    });
  }
  form.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status >= 500) toast(form.dataset.failed, "late");
  });
  addEventListener("pageshow", () => busy(false));

  // --- begin -------------------------------------------------------------------------
  form.classList.add("is-stepped");
  $("[data-steps-bar]").hidden = false;
  const camera = $("[data-camera]");
  camera.hidden = !matchMedia("(pointer: coarse)").matches;
  const back = !refused && restore();
  if (back) {
    $("[data-draft-word]").textContent = form.dataset.restored;
    $("[data-draft-note]").hidden = false;
  }
  $("[data-draft-clear]").addEventListener("click", () => {
    forget();
    location.replace(location.pathname);
  });
  form.addEventListener("input", () => {
    amounts();
    save();
  });
  form.addEventListener("change", (event) => {
    if (event.target.name === "what") {
      const open = event.target.closest("details");
      all("details.type-group").forEach((group) => {
        if (group !== open) group.open = false;
      });
    }
    adapt();
    amounts();
    save();
  });
  adapt();
  amounts();
  history.replaceState({ step: current }, "");
  go(current, { focus: false, record: false });
  if (refused) showWrong();
})();
