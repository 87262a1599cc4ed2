/* SharedWorker: one live connection for all tabs that show the same stream.
   Its name is "<address of live-source.js> <address of the stream>". */
"use strict";

const [script, url] = self.name.split(" ");
importScripts(script);

const ports = new Set();
let lastTime = null;
let isLost = false;
let begun = false;
let board = null; // all that the stream has said of it, for a tab that joins later

const tellAll = (message) => {
  if (message.kind === "time") lastTime = message;
  if (message.kind === "lost") isLost = true;
  if (message.kind === "back") isLost = false;
  if (message.kind === "board") {
    const { at, parts } = message.data;
    board = { at, parts: { ...board?.parts, ...parts } };
  }
  ports.forEach((port) => port.postMessage(message));
};

let stop = null;

self.addEventListener("connect", (event) => {
  const port = event.ports[0];
  ports.add(port);
  port.onmessage = (message) => {
    if (message.data !== "leave") return;
    ports.delete(port);
    if (ports.size === 0) {
      stop?.();
      stop = null;
      begun = false;
      board = null;
    }
  };
  if (!stop) {
    stop = self.liveListen(url, (message) => {
      if (message.kind === "hello") begun = true;
      tellAll(message);
    });
    return;
  }
  // A tab that joins hears at once how things stand; it was rendered a moment ago,
  // and fetches once, so that nothing falls between.
  if (lastTime) port.postMessage(lastTime);
  if (isLost) port.postMessage({ kind: "lost" });
  else if (begun) port.postMessage({ kind: "hello", reconnected: false });
  if (board) port.postMessage({ kind: "board", data: board });
});
