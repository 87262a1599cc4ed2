/* Files that are on their way, kept on this device until they are there: a page that is
   loaded again goes on without asking for them. globalThis.keptFiles:
     put(key, file), get(key) -> the file or null, remove(key), clear()
   Where the browser keeps nothing, each does nothing. */
(() => {
  "use strict";
  const NAME = "shoushi-files";
  const STORE = "files";
  const KEPT = 24 * 3600 * 1000;

  let opened = null;
  const open = () => {
    opened ??= new Promise((resolve, reject) => {
      const request = indexedDB.open(NAME, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(STORE);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
      request.onblocked = () => reject(new Error("blocked"));
    });
    return opened;
  };
  const act = async (mode, what) => {
    try {
      const db = await open();
      return await new Promise((resolve, reject) => {
        const change = db.transaction(STORE, mode);
        const request = what(change.objectStore(STORE));
        change.oncomplete = () => resolve(request.result ?? null);
        change.onabort = () => reject(change.error);
        change.onerror = () => reject(change.error);
      });
    } catch {
      return null; // a private window, or no room: the file is chosen again
    }
  };

  globalThis.keptFiles = {
    put: (key, file) => act("readwrite", (store) => store.put({ file, at: Date.now() }, key)),
    get: async (key) => (await act("readonly", (store) => store.get(key)))?.file ?? null,
    remove: (key) => act("readwrite", (store) => store.delete(key)),
    clear: () => act("readwrite", (store) => store.clear()),
  };
  // Nobody comes back for what is older than our server keeps it.
  act("readwrite", (store) => {
    const cursor = store.openCursor();
    cursor.onsuccess = () => {
      if (!cursor.result) return;
      if (Date.now() - cursor.result.value.at > KEPT) cursor.result.delete();
      cursor.result.continue();
    };
    return cursor;
  });
})();
