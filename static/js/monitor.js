/* A watched conversation keeps itself up to date; nothing is sent from it. */
(() => {
  "use strict";
  const page = document.getElementById("monitor");
  const { refetch, paced } = globalThis.Shoushi;
  const number = page.dataset.url.split("/").at(-2);

  const body = () => document.getElementById("monitor-body");
  const toEnd = () => body()?.scrollTo({ top: body().scrollHeight });
  let atEnd = true;
  const fetchPage = paced(() => {
    const { scrollTop, clientHeight, scrollHeight } = body();
    atEnd = scrollHeight - scrollTop - clientHeight < 40;
    refetch(page);
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target === page && atEnd) toEnd();
  });
  document.body.addEventListener("live:hello", fetchPage);
  document.body.addEventListener("live:change", (event) => {
    const { ticket, kind } = event.detail;
    if (kind !== "notification" && (ticket === number || !ticket)) fetchPage();
  });
  toEnd();
})();
