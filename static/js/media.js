/* Videos of conversations: the link behind a video's address ends after some minutes.
   Who pauses for longer and plays on gets another one, at the same second. */
(() => {
  "use strict";
  const BETWEEN = 30000; // a video that cannot be played at all is not asked for again
  const asked = new WeakMap();

  document.addEventListener(
    "error",
    (event) => {
      const video = event.target;
      if (!(video instanceof HTMLVideoElement)) return;
      const now = Date.now();
      if (now - (asked.get(video) ?? 0) < BETWEEN) return;
      asked.set(video, now);
      const at = video.currentTime;
      if (!at) return;
      const plays = !video.paused;
      video.load();
      video.addEventListener(
        "loadedmetadata",
        () => {
          video.currentTime = at;
          if (plays) video.play().catch(() => {});
        },
        { once: true },
      );
    },
    true,
  );
})();
