/* A conversation on the page: <ol data-follow> keeps its end in sight while new messages
   come, and the title of a page in the background counts what is unread. */
(() => {
  "use strict";
  const NEAR = 240;
  const list = document.querySelector("[data-follow]");
  if (!list) return;

  const title = document.title;
  let unread = 0;

  const scroller = () => list.closest("[data-scroller]") ?? document.scrollingElement;
  const nearEnd = () => {
    const box = scroller();
    return box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
  };
  const showEnd = () => {
    const box = scroller();
    box.scrollTo({ top: box.scrollHeight });
  };

  let wasNear = nearEnd();
  addEventListener("scroll", () => { wasNear = nearEnd(); }, { passive: true, capture: true });

  new MutationObserver((changes) => {
    const added = changes
      .flatMap((change) => [...change.addedNodes])
      .filter((node) => node.nodeType === Node.ELEMENT_NODE);
    if (!added.length) return;
    const own = added.some((node) => node.classList.contains("is-own"));
    if (own || wasNear) requestAnimationFrame(showEnd);
    if (document.hidden && !own) {
      unread += added.length;
      document.title = `(${unread}) ${title}`;
    }
  }).observe(list, { childList: true });

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    unread = 0;
    document.title = title;
  });
  if (list.children.length > 4) showEnd();
})();
