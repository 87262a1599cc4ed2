/* What every staff page needs: fragments that refetch themselves, notices, the sound.

   Shoushi.refetch(element)   fetches element.dataset.url and merges it in (keyed.js)
   Shoushi.paced(act, gap)    act soon, then at most once per gap, never losing the last
   Shoushi.alarm()            sound at once for something new
   A page may set Shoushi.quietFor = () => number of the ticket that needs no sound, and
   Shoushi.alsoAlarming = () => true while something else waits to be acknowledged. */
(() => {
  "use strict";
  const SOON = 80; // one commit tells several things; they are fetched together
  const GAP = 600;
  const REPEAT = 10000;

  const refetch = (element) => {
    if (!element?.isConnected) return;
    htmx.ajax("GET", element.dataset.url, {
      source: element,
      target: element,
      swap: "keyed",
    });
  };

  const paced = (act, gap = GAP) => {
    let timer = null;
    let last = -Infinity;
    return () => {
      if (timer) return;
      const wait = Math.max(SOON, last + gap - performance.now());
      timer = setTimeout(() => {
        timer = null;
        last = performance.now();
        act();
      }, wait);
    };
  };

  // --- sound -------------------------------------------------------------------------
  let audio = null;
  const wanted = () => {
    try {
      return localStorage.getItem("sound") === "on";
    } catch {
      return false;
    }
  };
  const wake = async () => {
    audio ??= new AudioContext();
    if (audio.state === "suspended") await audio.resume();
  };
  const tone = (at, hertz) => {
    const pitch = audio.createOscillator();
    const volume = audio.createGain();
    pitch.frequency.value = hertz;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.2, at + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, at + 0.28);
    pitch.connect(volume).connect(audio.destination);
    pitch.start(at);
    pitch.stop(at + 0.3);
  };
  let sounded = -Infinity;
  const sound = () => {
    if (audio?.state !== "running") return;
    sounded = performance.now();
    tone(audio.currentTime, 660);
    tone(audio.currentTime + 0.18, 880);
  };
  const alarm = () => wanted() && sound();

  const paint = () => {
    const on = wanted();
    document.querySelectorAll("[data-sound-when]").forEach((part) => {
      part.hidden = (part.dataset.soundWhen === "on") !== on;
    });
    document.querySelector("[data-sound-switch]")?.setAttribute("aria-pressed", on);
  };
  document.addEventListener("click", async (event) => {
    if (event.target.closest("[data-sound-test]")) {
      await wake();
      sound();
    }
    if (event.target.closest("[data-sound-switch]")) {
      const on = !wanted();
      try {
        localStorage.setItem("sound", on ? "on" : "off");
      } catch {
        return;
      }
      paint();
      await wake();
      alarm();
    }
  });
  addEventListener("storage", (event) => event.key === "sound" && paint());
  // Browsers play nothing before the first act on a page.
  for (const act of ["pointerdown", "keydown"]) {
    addEventListener(act, () => wanted() && wake(), { capture: true });
  }

  // --- notices -----------------------------------------------------------------------
  const notices = document.getElementById("notices");
  const region = document.getElementById("toasts");
  // Beside the conversation they float over the context; without it they would hide
  // what one works on, and stand above instead.
  const strip = document.getElementById("notice-strip");
  const wide = matchMedia("(min-width: 1101px)");
  const settleNotices = () => (wide.matches ? region : strip).append(notices);
  if (strip && region) {
    settleNotices();
    wide.addEventListener("change", settleNotices);
  }

  const loud = () => {
    const quiet = document.hasFocus() ? globalThis.Shoushi.quietFor?.() : "";
    return [...(notices?.querySelectorAll("[data-notice]") ?? [])].filter(
      (note) => note.dataset.notice !== quiet,
    );
  };
  const known = new Set(loud().map((note) => note.id));
  const hear = () => {
    const fresh = loud().filter((note) => !known.has(note.id));
    fresh.forEach((note) => known.add(note.id));
    if (fresh.length) alarm();
  };
  if (notices) {
    document.addEventListener("htmx:afterSwap", (event) => {
      if (event.detail.target === notices) hear();
    });
    const fetchNotices = paced(() => refetch(notices));
    document.body.addEventListener("live:hello", fetchNotices);
    document.body.addEventListener("live:change", (event) => {
      if (["notification", "clock"].includes(event.detail.kind)) fetchNotices();
    });
    document.body.addEventListener("desk:acted", fetchNotices);
  }
  setInterval(() => {
    if (performance.now() - sounded < REPEAT) return;
    if (loud().length || globalThis.Shoushi.alsoAlarming?.()) alarm();
  }, 1000);

  // --- a refusal for lack of rights is said like every other --------------------------
  document.body.addEventListener("htmx:beforeSwap", (event) => {
    const { xhr } = event.detail;
    if (xhr.status === 403 && xhr.getResponseHeader("HX-Trigger")) {
      event.detail.shouldSwap = true;
    }
  });

  globalThis.Shoushi = Object.assign(globalThis.Shoushi ?? {}, { refetch, paced, alarm });
  paint();
})();
