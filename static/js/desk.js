/* The desk: opens tickets in place, keeps list, conversation and context up to date
   without touching what is being written, and answers to keys. */
(() => {
  "use strict";
  const { body } = document;
  const at = (id) => document.getElementById(id);
  const words = at("desk-words").dataset;
  const { refetch, paced } = globalThis.Shoushi;
  const place = body.querySelector("h1").textContent;

  const number = () => at("workspace")?.dataset.number ?? "";
  globalThis.Shoushi.quietFor = number;

  // --- what the list says besides its rows ------------------------------------------
  let newest = Number(at("list").dataset.newest);
  const mark = () => {
    document.querySelectorAll("#rows a[aria-current]").forEach((link) => {
      if (link.dataset.open !== number()) link.removeAttribute("aria-current");
    });
    at(`open-${number()}`)?.setAttribute("aria-current", "true");
  };
  const entitle = () => {
    const { waiting } = at("list").dataset;
    const name = at("workspace")?.dataset.title ?? place;
    const product = document.title.split(" · ").at(-1);
    document.title = `${waiting === "0" ? "" : `(${waiting}) `}${name} · ${product}`;
  };
  const notify = () => {
    const { dataset } = at("list");
    const latest = Number(dataset.newest);
    const count = dataset.unassigned;
    if (count === "0") at("toast-new")?.remove();
    if (latest > newest && count !== "0") {
      globalThis.Shoushi.toast({
        text: words.new.replace("{n}", count),
        kind: "soon",
        href: words.newHref,
        id: "toast-new",
        keep: true,
      });
      globalThis.Shoushi.alarm();
    }
    newest = Math.max(newest, latest);
  };
  globalThis.Shoushi.alsoAlarming = () => Boolean(at("toast-new"));

  // --- the end of the conversation stays in sight -----------------------------------
  const NEAR = 160;
  const atEnd = () => {
    const box = at("thread-body");
    return !box || box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
  };
  const toEnd = () => {
    const box = at("thread-body");
    box?.scrollTo({ top: box.scrollHeight });
  };
  let follow = true;
  body.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id === "thread") follow = atEnd();
  });

  body.addEventListener("htmx:afterSwap", (event) => {
    const { id } = event.detail.target;
    if (id === "list") {
      mark();
      entitle();
      notify();
    }
    if (id === "thread" && (follow || event.detail.requestConfig.verb === "post")) toEnd();
  });

  // --- up to date --------------------------------------------------------------------
  const fetchList = paced(() => refetch(at("list")));
  const fetchThread = paced(() => refetch(at("thread")), 250);
  const fetchContext = paced(() => refetch(at("context")), 250);
  const fetchOpen = () => {
    fetchThread();
    fetchContext();
  };
  const fetchAll = () => {
    fetchList();
    fetchOpen();
  };
  body.addEventListener("live:hello", fetchAll);
  body.addEventListener("live:change", (event) => {
    const { ticket, kind } = event.detail;
    if (kind === "notification" || kind === "presence") return;
    fetchList();
    if (!ticket || ticket === number()) fetchOpen();
  });
  // What this page did is told to it as to any other: both fetch together.
  body.addEventListener("desk:acted", () => {
    fetchList();
    fetchContext();
    document.querySelectorAll("#workspace > .popup:popover-open").forEach((popup) => {
      popup.hidePopover();
      popup.querySelector("form")?.reset();
    });
  });
  // Why it was not sent stands beside the conversation; what was written stays.
  body.addEventListener("sent:otherwise", () => {
    document.querySelectorAll("#workspace > .popup:popover-open").forEach((popup) => {
      popup.hidePopover();
    });
  });
  for (const failure of ["htmx:sendError", "htmx:timeout"]) {
    body.addEventListener(failure, (event) => {
      if (event.detail.requestConfig?.verb !== "post") return;
      if (event.target.id === "composer") return; // says so itself
      if (event.target.id === "opened") return; // nobody has pressed anything
      if (event.target.id === "phrases") return; // asks again with the next letter
      globalThis.Shoushi.toast({ text: words.offline, kind: "soon", id: "toast-offline" });
    });
  }

  // --- a longer list -----------------------------------------------------------------
  // What is fetched again from now on is the longer one.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-longer]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    at("list").dataset.url = link.dataset.longer;
    refetch(at("list"));
  });

  // --- opening a ticket in place -----------------------------------------------------
  const show = async (url) => {
    await htmx.ajax("GET", url, { target: "#workspace", swap: "outerHTML" });
    at("desk").classList.toggle("has-thread", Boolean(number()));
    mark();
    entitle();
    settle();
    toEnd();
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-open]");
    if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.dataset.open !== number()) history.pushState({ desk: true }, "", link.href);
    show(link.href);
  });
  addEventListener("popstate", () => {
    if (/\/(inquiries|objections)\//.test(location.pathname)) show(location.href);
    else location.reload();
  });

  // --- a conversation that is finished takes notes only -------------------------------
  const conclude = () => {
    const compose = at("compose");
    const reply = at("as-reply");
    if (!compose || !reply) return;
    const ended = "ended" in at("thread").dataset;
    compose.dataset.status = at("thread").dataset.status;
    if (ended === reply.disabled) return;
    compose.classList.toggle("is-ended", ended);
    reply.disabled = ended;
    (ended ? at("as-note") : reply).checked = true;
  };
  body.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target.id !== "thread") return;
    conclude();
    if (event.detail.requestConfig.elt?.id === "compose-reopen") at("id_text").focus();
  });

  // --- reply or note -----------------------------------------------------------------
  // A key whose step is not possible now says why.
  const whyNot = (key) =>
    at("why-not") ? (at("why-not").dataset[key] ?? words.notNow) : words.openFirst;
  const say = (text) =>
    globalThis.Shoushi.toast({ text, kind: "soon", id: "toast-key" });

  const isNote = () => Boolean(at("as-note")?.checked);
  const settle = () => {
    const reply = at("as-reply");
    if (reply?.disabled) at("as-note").checked = true;
    else if (reply && !isNote()) reply.checked = true;
    conclude();
  };
  const write = (as) => {
    const choice = at(`as-${as}`);
    if (as === "reply" && (!choice || choice.disabled)) return say(whyNot("r"));
    if (choice) choice.checked = true;
    const text = at("id_text");
    text?.dispatchEvent(new Event("change", { bubbles: true })); // the draft remembers it
    text?.focus();
  };
  body.addEventListener("htmx:configRequest", (event) => {
    if (event.target.id === "composer" && isNote()) {
      event.detail.path = event.target.dataset.note;
    }
  });
  body.addEventListener("composer:sent", () => {
    const reply = at("as-reply");
    if (reply && !reply.disabled) reply.checked = true;
  });
  document.addEventListener("change", (event) => {
    if (event.target.name === "as") at("id_text").focus();
  });

  // --- one click, one step: after a step another button may stand under the finger ----
  const PAUSE = 700;
  let stepped = -Infinity;
  document.addEventListener(
    "click",
    (event) => {
      if (!event.target.closest("#next-step .btn")) return;
      if (performance.now() - stepped < PAUSE) {
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
      }
      stepped = performance.now();
    },
    { capture: true },
  );
  document.addEventListener("click", (event) => {
    const writes = event.target.closest("[data-write]");
    if (!writes) return;
    event.preventDefault();
    write(writes.dataset.write);
  });

  // --- what belongs together ---------------------------------------------------------
  // A button may name the other ticket for the form that it opens.
  document.addEventListener("click", (event) => {
    const opens = event.target.closest('[popovertarget="belong"]');
    if (!opens || !at("belong-form")) return;
    const { other } = opens.dataset;
    if (other) at("belong-other").value = other;
    requestAnimationFrame(() => {
      const reason = other ? at("belong-reason") : null;
      (reason ?? at("belong-other")).focus();
    });
  });

  body.addEventListener("htmx:oobAfterSwap", (event) => {
    const slot = at(event.detail.target.id); // the target itself has been replaced
    if (slot?.dataset.form !== "belong-form" || !slot.childElementCount) return;
    if (!at("belong").matches(":popover-open")) at("belong").showPopover();
  });

  // One popup leads to the next: the call is over, and this came of it.
  document.addEventListener("click", (event) => {
    const next = event.target.closest("[data-next-popup]");
    if (!next) return;
    next.closest(".popup").hidePopover();
    at(next.dataset.nextPopup).showPopover();
  });
  // A number that was shown stays on the screen no longer than its popup.
  document.addEventListener(
    "toggle",
    (event) => {
      if (event.target.id === "call" && event.newState === "closed") {
        at("call-number").replaceChildren();
      }
    },
    { capture: true },
  );

  // --- keys --------------------------------------------------------------------------
  const move = (by) => {
    const links = [...document.querySelectorAll("#rows a[data-open]")];
    if (!links.length) return;
    const here = document.activeElement.closest?.("#rows a[data-open]");
    const from = links.indexOf(here ?? at(`open-${number()}`));
    const to = from < 0 ? 0 : Math.min(links.length - 1, Math.max(0, from + by));
    links[to].focus();
  };
  // Opens what the key is for; `popup`: what its button would open where none is shown.
  const press = (key, id, popup) => {
    const possible = at("why-not") && !(key in at("why-not").dataset);
    if (at(id)) at(id).click();
    else if (popup && possible) at(popup).showPopover();
    else say(whyNot(key));
  };
  // The end is near only when nothing is owed; what is owed is said, not done.
  const finish = () => {
    const act = at("act-close");
    if (act) return act.click();
    const bar = at("next-step");
    if (!bar) return say(words.openFirst);
    const step = bar.querySelector("[data-step]");
    const text = bar.querySelector("p strong, p")?.textContent.trim() ?? "";
    say(step ? words.notFinished.replace("{step}", text) : text);
    step?.focus();
  };
  const keys = {
    j: () => move(1),
    k: () => move(-1),
    r: () => write("reply"),
    n: () => write("note"),
    s: () => {
      const step = document.querySelector("[data-step]");
      if (step) step.click();
      else say(number() ? words.noStep : words.openFirst);
    },
    e: finish,
    c: () => press("c", "act-check", "checking"),
    t: () => press("t", "act-topics"),
    d: () => press("d", "act-devices"),
    q: () => press("q", "act-quote"),
    a: () => {
      if (!at("act-assign")) return say(whyNot("a"));
      at("assign").showPopover();
      at("assign-to").focus();
    },
    x: () => press("x", "ask-explain-clauses"),
    i: () => press("i", "ask-service-facts"),
    m: () => press("m", "ask-contract-request"),
    f: () => press("f", at("act-correct") ? "act-correct" : "ask-repair-request"),
    h: () => press("h", "act-hand-over"),
    l: () => press("l", "act-belong"),
    "/": () => at("q").focus(),
    "?": () => at("keys").togglePopover(),
  };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const { target } = event;
    const typing = target.closest("input, textarea, select, [contenteditable]");
    if (event.key === "Escape" && typing) {
      typing.blur();
      return;
    }
    const writes = typing && !["radio", "checkbox", "file"].includes(typing.type);
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    const moves = event.key === "j" || event.key === "k";
    if (writes || !act || (event.repeat && !moves)) return;
    event.preventDefault();
    act();
  });

  // A popup whose form has come is ready to be filled in.
  body.addEventListener("htmx:afterSwap", (event) => {
    const popup = event.detail.target.closest?.(".asking:popover-open");
    popup?.querySelector("form :is(select, textarea, input:not([type=hidden]))")?.focus();
    at("explain-menu")?.removeAttribute("open");
  });

  // The chip of the head leads to all clocks: beside the conversation, where they stand.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-clocks]");
    const clocks = at("context-clocks");
    if (!link || !clocks?.offsetParent || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    clocks.querySelector("details")?.setAttribute("open", "");
    clocks.scrollIntoView({ block: "start", behavior: "smooth" });
    clocks.querySelector("summary")?.focus({ preventScroll: true });
  });

  settle();
  entitle();
  toEnd();
})();
