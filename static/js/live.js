/* Brings the server's stream to the page as DOM events on <body>:
     live:time {now}   live:hello {reconnected}   live:change {ticket, kind}
     live:board {data}           live:lost                   live:back
   <body data-live="/live/desk/"> names the stream; tabs share one connection.
   A page fetches its fragments on hello and on change; it never trusts what it missed. */
(() => {
  "use strict";
  const body = document.body;
  const url = body.dataset.live;
  if (!url) return;

  const say = (name, detail = {}) =>
    body.dispatchEvent(new CustomEvent(`live:${name}`, { bubbles: true, detail }));

  const hear = (message) => {
    if (message.kind === "change") say("change", message.data);
    else say(message.kind, message);
  };

  const banner = document.getElementById("connection");
  let hide = null;
  const show = (name) => {
    clearTimeout(hide);
    banner.hidden = false;
    banner.classList.toggle("is-back", name === "back");
    banner.querySelectorAll("[data-when]").forEach((part) => {
      part.hidden = part.dataset.when !== name;
    });
    if (name === "back") {
      hide = setTimeout(() => {
        banner.hidden = true;
      }, 4000);
    }
  };
  if (banner) {
    body.addEventListener("live:lost", () => show("lost"));
    body.addEventListener("live:back", () => show("back"));
  }

  const absolute = new URL(url, location.href).href;
  const worker = body.dataset.liveWorker;
  const source = body.dataset.liveSource;

  const shared = () => {
    const name = `${new URL(source, location.href).href} ${absolute}`;
    const { port } = new SharedWorker(worker, { name });
    port.onmessage = (event) => hear(event.data);
    port.start();
    return () => port.postMessage("leave");
  };
  const own = () => globalThis.liveListen(absolute, hear);

  let leave = null;
  const join = () => {
    if (leave) return;
    try {
      leave = worker && globalThis.SharedWorker ? shared() : own();
    } catch {
      leave = own();
    }
  };
  join();
  addEventListener("pagehide", () => {
    leave?.();
    leave = null;
  });
  addEventListener("pageshow", (event) => event.persisted && join());
})();
