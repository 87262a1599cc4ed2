/* The count of unread notices in the rail of every staff page: asked for when the stream
   begins and when it tells of something that may change it. */
(() => {
  "use strict";
  const SOON = 300;
  const LATER = 15000; // clocks change all the time; most of them are not one's own
  const badge = document.getElementById("notice-count");
  if (!badge) return;
  let timer = null;
  let due = Infinity;

  const ask = async () => {
    timer = null;
    due = Infinity;
    if (document.hidden) return;
    try {
      const answer = await fetch(badge.dataset.url, { redirect: "error" });
      if (!answer.ok) return;
      const html = await answer.text();
      if (badge.innerHTML !== html) badge.innerHTML = html;
    } catch {
      // Signed out, or the line is lost: the next `hello` asks again.
    }
  };
  const within = (wait) => {
    const at = performance.now() + wait;
    if (timer && at >= due) return;
    clearTimeout(timer);
    due = at;
    timer = setTimeout(ask, wait);
  };

  const { body } = document;
  body.addEventListener("live:hello", () => within(SOON));
  body.addEventListener("live:change", ({ detail }) => {
    if (detail.kind === "notification") within(SOON);
    if (detail.kind === "clock") within(LATER);
  });
  // What was acknowledged on this page counts no more.
  body.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.requestConfig?.verb === "post") within(SOON);
  });
  document.addEventListener("visibilitychange", () => document.hidden || within(SOON));
})();
