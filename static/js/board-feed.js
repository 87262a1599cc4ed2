/* Brings what was made for the board, or for the television, onto the page.

   The stream sends {at, parts: {name: html}}; a part is the element "<kind>-<name>".
   The page names itself: <... id="board" data-at="ms">. Event "board:fed" {parts, at}. */
(() => {
  "use strict";
  const place = document.querySelector("[data-fed]") ?? document.getElementById("board");
  const kind = place.dataset.fed ?? "board";
  const { now, tick } = globalThis.Shoushi;

  // The time of day where the company is, as the server writes it.
  const clock = new Intl.DateTimeFormat("en-GB", {
    timeZone: place.dataset.zone,
    hourCycle: "h23",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  });

  const feed = ({ at, parts }) => {
    if (at < Number(place.dataset.at)) return;
    place.dataset.at = at;
    for (const [name, html] of Object.entries(parts)) {
      const part = document.getElementById(`${kind}-${name}`);
      if (!part) continue;
      htmx.swap(
        part,
        html,
        { swapStyle: "keyed", swapDelay: 0, settleDelay: 0 },
        { contextElement: part },
      );
    }
    document.querySelectorAll("[data-as-of]").forEach((time) => {
      const text = clock.format(at);
      if (time.textContent !== text) time.textContent = text;
    });
    tick();
    place.dispatchEvent(
      new CustomEvent("board:fed", { bubbles: true, detail: { at, parts } }),
    );
  };
  document.body.addEventListener("live:board", (event) => feed(event.detail.data));

  // How long ago the figures were made, by the server's clock.
  globalThis.Shoushi.age = () => now() - Number(place.dataset.at);
})();
