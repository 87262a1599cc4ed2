/* One EventSource with a watch on silence; used by live.js and by live-worker.js.

   listen(url, tell): tell({kind, ...}) with kind
     time   {now}                      the server's clock
     hello  {reconnected}              the stream begins: fetch everything once
     change {data}                     something changed
     board  {data}                     what was made for the board
     lost   {}                         silent or broken; it goes on trying
     back   {}                         was lost, is here again (comes before hello)
   Returns a function that stops. */
(() => {
  "use strict";
  const SILENCE = 25000; // a ping comes every 10 s
  const FIRST_RETRY = 1000;
  const LAST_RETRY = 15000;
  const GRACE = 3000; // a stream that ends by plan is back before anyone needs to know

  const listen = (url, tell) => {
    let source = null;
    let watch = null;
    let again = null;
    let retry = FIRST_RETRY;
    let lost = false;
    let losing = null;
    let opened = false;
    let stopped = false;

    const lose = () => {
      if (lost || losing || stopped) return;
      losing = setTimeout(() => {
        lost = true;
        tell({ kind: "lost" });
      }, GRACE);
    };
    const reopen = () => {
      source?.close();
      clearTimeout(watch);
      clearTimeout(again);
      lose();
      again = setTimeout(open, retry);
      retry = Math.min(retry * 2, LAST_RETRY);
    };
    const alive = () => {
      clearTimeout(watch);
      watch = setTimeout(reopen, SILENCE);
    };
    const time = (event) => {
      alive();
      const data = JSON.parse(event.data || "{}");
      if (data.now) tell({ kind: "time", now: data.now });
    };
    const open = () => {
      if (stopped) return;
      source?.close();
      const address = new URL(url);
      if (opened) address.searchParams.set("reconnected", "1");
      source = new EventSource(address);
      alive();
      source.addEventListener("hello", (event) => {
        time(event);
        retry = FIRST_RETRY;
        clearTimeout(losing);
        losing = null;
        if (lost) {
          lost = false;
          tell({ kind: "back" });
        }
        tell({ kind: "hello", reconnected: opened });
        opened = true;
      });
      source.addEventListener("ping", time);
      for (const kind of ["change", "board"]) {
        source.addEventListener(kind, (event) => {
          alive();
          tell({ kind, data: JSON.parse(event.data) });
        });
      }
      // The browser's own attempts end at a refusal; ours do not, and start at once.
      source.addEventListener("error", reopen);
    };

    open();
    return () => {
      stopped = true;
      clearTimeout(losing);
      clearTimeout(watch);
      clearTimeout(again);
      source?.close();
    };
  };

  globalThis.liveListen = listen;
})();
