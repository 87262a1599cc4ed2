/* Moves every clock chip on the page, by the server's clock and never the computer's.

   A chip:  <span class="clock-chip" data-clock data-state data-due [data-warn]>
   State "waiting" counts up from data-due for good: how long somebody waits.
   The words stand once on the page, in <template id="clock-words" data-...>.
   Other scripts: Shoushi.now(), Shoushi.tick(), event "clock:state" {from, to} on a chip. */
(() => {
  "use strict";
  const SECOND = 1000;
  const MINUTE = 60;
  const HOUR = 3600;
  const DAY = 86400;
  const SAMPLES = 8;

  // A sample is (server time - own time) on arrival, so always too small by the time
  // that the message travelled: the largest of the last ones is the best.
  const samples = [];
  let offset = 0;

  const hear = (serverNow) => {
    samples.push(serverNow - Date.now());
    if (samples.length > SAMPLES) samples.shift();
    offset = Math.max(...samples);
  };
  const now = () => Date.now() + offset;

  const words = () => document.getElementById("clock-words")?.dataset ?? {};
  const fill = (pattern, values) =>
    pattern.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const two = (n) => String(n).padStart(2, "0");

  // The same steps and the same text as templatetags/display.py.
  const stepped = (seconds, up) => {
    if (seconds < 2 * MINUTE) return seconds;
    const step = seconds < HOUR ? 10 : MINUTE;
    return (up ? Math.ceil(seconds / step) : Math.floor(seconds / step)) * step;
  };
  const text = (seconds) => {
    const whole = Math.max(0, seconds);
    if (whole < HOUR) return `${Math.floor(whole / MINUTE)}:${two(whole % MINUTE)}`;
    if (whole < DAY) {
      return fill(words().hours ?? "{h} h {m} min", {
        h: Math.floor(whole / HOUR),
        m: two(Math.floor((whole % HOUR) / MINUTE)),
      });
    }
    return fill(words().days ?? "{d} d {h} h", {
      d: Math.floor(whole / DAY),
      h: Math.floor((whole % DAY) / HOUR),
    });
  };

  const MOVING = new Set(["running", "soon", "late", "waiting"]);

  const paint = (chip, at) => {
    const from = chip.dataset.state;
    if (!MOVING.has(from)) return;
    const due = Number(chip.dataset.due);
    const warn = Number(chip.dataset.warn || Infinity);
    const waits = from === "waiting";
    const state = waits ? from : at > due ? "late" : at >= warn ? "soon" : "running";
    const up = waits || state === "late";
    const seconds = up
      ? Math.floor((at - due) / SECOND)
      : Math.ceil((due - at) / SECOND);
    const digits = chip.querySelector("[data-clock-digits]");
    const shown = text(stepped(seconds, !up));
    if (digits && digits.textContent !== shown) digits.textContent = shown;
    if (state === from) return;
    chip.dataset.state = state;
    const word = chip.querySelector("[data-clock-word]");
    if (word && words()[state]) word.textContent = words()[state];
    chip.querySelector("use")?.setAttribute("href", `#clock-${state}`);
    chip.dispatchEvent(
      new CustomEvent("clock:state", { bubbles: true, detail: { from, to: state } }),
    );
  };

  const tick = () => {
    const at = now();
    document.querySelectorAll("[data-clock]").forEach((chip) => paint(chip, at));
  };

  // On the server's full second, so that every screen in the room turns together.
  const loop = () => {
    tick();
    setTimeout(loop, SECOND - (now() % SECOND) + 5);
  };

  globalThis.Shoushi = Object.assign(globalThis.Shoushi ?? {}, { now, hear, tick });

  const begin = () => {
    const rendered = Number(document.body.dataset.now || 0) * SECOND;
    if (rendered) hear(rendered);
    loop();
  };
  document.addEventListener("live:time", (event) => {
    hear(event.detail.now);
    tick();
  });
  document.addEventListener("htmx:afterSwap", tick);
  document.addEventListener("visibilitychange", tick);
  addEventListener("pageshow", tick);
  addEventListener("focus", tick);
  if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", begin);
  } else {
    begin();
  }
})();
