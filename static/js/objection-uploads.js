/* Files of a form, sent part by part before it: <form data-upload="address"> with
     <input type="file" data-pick> and <ul data-uploads data-word-...>.
   Each file has a token of its own. A POST with it makes room, or tells how far the file
   has come; PATCH brings the next part. What the line lost goes on from there by itself,
   after a reload as well (kept-files.js). Says on the form:
     uploads:change {sending, missing, staged: [{id, name, size}],
                     parts: [{key, name, size, modified}]} */
(() => {
  "use strict";
  const WAITS = [2000, 4000, 8000, 15000, 30000];
  const AT_ONCE = 2;
  const LEAST = 128 * 1024;
  const QUICK = 1500; // a part that took less is followed by a larger one
  const SLOW = 8000;
  const TYPE = "application/offset+octet-stream";

  const token = () => {
    if (crypto.randomUUID) return crypto.randomUUID();
    const b = crypto.getRandomValues(new Uint8Array(16));
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    const hex = [...b].map((n) => n.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  };
  const size = (bytes) =>
    bytes < 1048576
      ? `${Math.max(1, Math.round(bytes / 1024))} KB`
      : `${(bytes / 1048576).toFixed(1)} MB`;

  globalThis.objectionUploads = (form) => {
    const list = form.querySelector("[data-uploads]");
    const pickers = [...form.querySelectorAll("[data-pick]")];
    const main = pickers.find((picker) => picker.name === "files");
    const maxBytes = Number(main.dataset.maxBytes || Infinity);
    const maxVideo = Number(main.dataset.maxVideoBytes || maxBytes);
    const most = Number(main.dataset.maxFiles || Infinity);
    const largest = Number(form.dataset.uploadPart || LEAST);
    const word = (name) => list.dataset[`word${name}`];
    const csrf = form.querySelector("[name=csrfmiddlewaretoken]").value;
    // {key, file, name, size, modified, state, id, offset, item, xhr, tries, timer}
    const files = [];
    let part = Math.min(2 * LEAST, largest);

    const tell = () => {
      const on = (...states) => files.filter((it) => states.includes(it.state));
      form.dispatchEvent(
        new CustomEvent("uploads:change", {
          bubbles: true,
          detail: {
            sending: on("waits", "sending", "lost").length,
            missing: on("missing").length,
            staged: on("there").map(({ id, name, size: bytes }) => ({ id, name, size: bytes })),
            parts: on("waits", "sending", "lost", "missing").map(
              ({ key, name, size: bytes, modified }) => ({ key, name, size: bytes, modified }),
            ),
          },
        }),
      );
    };

    // --- one line of the list --------------------------------------------------------
    const draw = (it) => {
      const item = document.createElement("li");
      if (it.file?.type.startsWith("image/")) {
        const img = document.createElement("img");
        img.src = URL.createObjectURL(it.file);
        img.alt = "";
        item.append(img);
      }
      const name = document.createElement("span");
      name.className = "name";
      name.textContent = it.name;
      const note = document.createElement("span");
      note.className = "note small";
      const bar = document.createElement("progress");
      bar.max = 100;
      bar.setAttribute("aria-label", it.name);
      const again = document.createElement("button");
      again.type = "button";
      again.className = "btn again";
      again.hidden = true;
      again.addEventListener("click", () => {
        clearTimeout(it.timer);
        it.tries = 0;
        it.state = "waits";
        show(it);
        pump();
      });
      const remove = document.createElement("button");
      remove.type = "button";
      remove.className = "icon-button";
      remove.setAttribute("aria-label", `${word("Remove")} ${it.name}`);
      remove.textContent = "×";
      remove.addEventListener("click", () => drop(it));
      const hidden = document.createElement("input");
      hidden.type = "hidden";
      hidden.name = "staged";
      hidden.disabled = true;
      item.append(name, note, bar, again, remove, hidden);
      it.item = item;
      list.append(item);
      show(it);
    };
    const show = (it, loaded = 0) => {
      const find = (what) => it.item.querySelector(what);
      const come = Math.min(it.size, (it.offset ?? 0) + loaded);
      const percent = it.size ? Math.floor((come / it.size) * 100) : 0;
      const texts = {
        waits: word("Waiting"),
        sending: percent < 100 ? `${word("Sending")} ${percent} %` : word("Checked"),
        there: `${size(it.size)} · ${word("There")}`,
        lost: percent ? `${percent} % · ${word("Lost")}` : word("Lost"),
        missing: word("Missing"),
        failed: it.reason ?? word("Failed"),
      };
      it.item.dataset.state = it.state;
      find(".note").textContent = texts[it.state];
      find("progress").hidden = !["sending", "lost"].includes(it.state);
      find("progress").value = percent;
      const again = find(".again");
      again.hidden = !(it.state === "lost" || (it.state === "failed" && it.retry));
      again.textContent = word(it.state === "lost" ? "Resume" : "Again");
      const hidden = find("input[name=staged]");
      hidden.disabled = it.state !== "there";
      hidden.value = it.state === "there" ? it.id : "";
    };

    // --- sending ---------------------------------------------------------------------
    const settle = (it, state, more = {}) => {
      Object.assign(it, { state, xhr: null }, more);
      if (state === "there" || state === "failed") keptFiles.remove(it.key);
      show(it);
      tell();
      pump();
    };
    const lost = (it, wait) => {
      const delay = wait ?? WAITS[Math.min(it.tries, WAITS.length - 1)];
      it.tries += 1;
      settle(it, "lost");
      clearTimeout(it.timer);
      it.timer = setTimeout(() => retry(it), delay);
    };
    const retry = (it) => {
      if (it.state !== "lost") return;
      clearTimeout(it.timer);
      it.state = "waits";
      show(it);
      pump();
    };
    const ask = (it, method, address, headers, body) =>
      new Promise((resolve, reject) => {
        const xhr = new XMLHttpRequest();
        it.xhr = xhr;
        xhr.open(method, address);
        xhr.setRequestHeader("X-CSRFToken", csrf);
        for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
        xhr.timeout = 120000;
        if (method === "PATCH") {
          xhr.upload.addEventListener("progress", (event) => show(it, event.loaded));
        }
        xhr.addEventListener("load", () => {
          let told = {};
          try {
            told = JSON.parse(xhr.responseText);
          } catch {
            /* a page instead of JSON: only its status counts */
          }
          const seconds = Number(xhr.getResponseHeader("Retry-After"));
          resolve({
            status: xhr.status,
            told,
            offset: Number(xhr.getResponseHeader("Upload-Offset") ?? NaN),
            wait: seconds ? seconds * 1000 : undefined,
          });
        });
        for (const name of ["error", "timeout", "abort"]) {
          xhr.addEventListener(name, () => reject(new Error(name)));
        }
        xhr.send(body);
      });
    // How far it has come; a file that is new begins.
    const begin = (it) => {
      const body = new FormData();
      body.append("client_token", it.key);
      body.append("name", it.name);
      return ask(it, "POST", form.dataset.upload, { "Upload-Length": it.size }, body);
    };
    const next = async (it) => {
      const sent = it.file.slice(it.offset, it.offset + part);
      const since = performance.now();
      const headers = { "Upload-Offset": it.offset, "Content-Type": TYPE };
      const answer = await ask(it, "PATCH", `${form.dataset.upload}${it.id}/`, headers, sent);
      const took = performance.now() - since;
      if (took < QUICK) part = Math.min(part * 2, largest);
      else if (took > SLOW) part = Math.max(Math.floor(part / 2), LEAST);
      return answer;
    };
    const send = async (it) => {
      it.state = "sending";
      show(it);
      try {
        let answer = await begin(it);
        for (let strays = 0; files.includes(it); ) {
          const { status, told, offset, wait } = answer;
          if (status === 200 || status === 201) {
            Object.assign(it, { id: told.id, offset, tries: 0 });
            if (told.whole) return settle(it, "there", { name: told.name, size: told.size });
            show(it);
            answer = await next(it);
          } else if ((status === 409 && told.error && it.id) || (status === 404 && it.id)) {
            // Another page was quicker, or it was swept: ask how it stands.
            strays += 1;
            if (strays > 20) return lost(it);
            it.id = null;
            answer = await begin(it);
          } else if (status === 429 || status >= 500) {
            return lost(it, wait);
          } else {
            return settle(it, "failed", { reason: told.error || null, retry: !told.error });
          }
        }
      } catch (error) {
        if (files.includes(it)) lost(it);
      }
      return undefined;
    };
    const pump = () => {
      // The first answer brings the session that all the others belong to.
      const limit = files.some((it) => it.id) ? AT_ONCE : 1;
      let busy = files.filter((it) => it.state === "sending").length;
      for (const it of files) {
        if (busy >= limit) break;
        if (it.state !== "waits") continue;
        busy += 1;
        send(it);
      }
      tell();
    };
    addEventListener("online", () => files.forEach(retry));
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) files.forEach(retry);
    });

    // --- what is in the list ---------------------------------------------------------
    const drop = (it) => {
      clearTimeout(it.timer);
      files.splice(files.indexOf(it), 1);
      it.xhr?.abort();
      keptFiles.remove(it.key);
      const image = it.item.querySelector("img");
      if (image) URL.revokeObjectURL(image.src);
      it.item.remove();
      if (it.id) {
        const headers = { "X-CSRFToken": csrf };
        const path = `${form.dataset.upload}${it.id}/`;
        fetch(path, { method: "DELETE", headers }).catch(() => {});
      }
      pump();
      main.focus();
    };
    const take = (chosen) => {
      for (const file of chosen) {
        const modified = file.lastModified;
        const same = (it) =>
          it.name === file.name && it.size === file.size && it.modified === modified;
        const begun = files.find((it) => it.state === "missing" && same(it));
        if (begun) {
          Object.assign(begun, { file, state: "waits" });
          keptFiles.put(begun.key, file);
          show(begun);
          continue;
        }
        const it = { key: token(), file, name: file.name, size: file.size, modified, tries: 0 };
        it.state = "waits";
        const limit = file.type.startsWith("video/") ? maxVideo : maxBytes;
        if (file.size > limit || files.filter((one) => one.state !== "failed").length >= most) {
          it.state = "failed";
          it.reason = file.size > limit ? word("Large") : word("Many");
        } else {
          keptFiles.put(it.key, file);
        }
        files.push(it);
        draw(it);
      }
      pump();
    };
    const known = ({ id, name, size: bytes }) => {
      const it = { key: id, id, name, size: bytes, state: "there", tries: 0 };
      files.push(it);
      draw(it);
    };
    // What an earlier page had on its way; a file that is not kept here is asked for.
    const goOn = async ({ key, name, size: bytes, modified }) => {
      const it = { key, name, size: bytes, modified, state: "missing", tries: 0 };
      files.push(it);
      it.file = await keptFiles.get(key);
      if (it.file) it.state = "waits";
      if (files.includes(it)) draw(it);
      pump();
    };
    list.querySelectorAll("li[data-staged]").forEach((item) => {
      item.remove();
      known({ id: item.dataset.staged, name: item.dataset.name, size: 0 });
    });
    for (const picker of pickers) {
      picker.addEventListener("change", () => {
        take([...picker.files]);
        picker.value = ""; // the form itself carries no file
      });
    }
    form.addEventListener("dragover", (event) => event.preventDefault());
    form.addEventListener("drop", (event) => {
      event.preventDefault();
      take([...(event.dataTransfer?.files ?? [])]);
    });
    const has = (id) => files.some((it) => it.id === id);
    return { known, goOn, has, tell, token };
  };
})();
