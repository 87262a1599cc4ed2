/* The television: says how old its figures are once they are old, and goes full screen
   at the first touch. What comes back comes by itself. */
(() => {
  "use strict";
  const OLD = 5000;
  const SECOND = 1000;
  const MINUTE = 60;
  const screen = document.querySelector(".tv");
  const note = document.getElementById("tv-old");
  const { age } = globalThis.Shoushi;

  const text = (seconds) =>
    `${Math.floor(seconds / MINUTE)}:${String(seconds % MINUTE).padStart(2, "0")}`;

  const look = () => {
    const old = age();
    const lost = old > OLD;
    screen.classList.toggle("is-old", lost);
    note.hidden = !lost;
    if (!lost) return;
    const words = note.dataset.words.replace("{age}", text(Math.floor(old / SECOND)));
    if (note.textContent !== words) note.textContent = words;
  };
  setInterval(look, SECOND);
  document.addEventListener("board:fed", look);

  const fill = () => document.documentElement.requestFullscreen?.().catch(() => {});
  addEventListener("pointerdown", () => document.fullscreenElement || fill());
  addEventListener("keydown", (event) => event.key === "f" && fill());
})();
