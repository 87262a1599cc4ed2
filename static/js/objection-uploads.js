/* Files of a form, sent one by one before it: <form data-upload="address"> with
     <input type="file" data-pick> and <ul data-uploads data-word-...>.
   Each file has a token of its own, so that a try after a lost answer is still one file;
   what the line lost is sent again by itself. Says on the form:
     uploads:change {sending, failed, staged: [{id, name, size}]} */
(() => {
  "use strict";
  const WAITS = [2000, 4000, 8000, 15000, 30000];
  const AT_ONCE = 2;

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
    const word = (name) => list.dataset[`word${name}`];
    const csrf = form.querySelector("[name=csrfmiddlewaretoken]").value;
    const files = []; // {key, file, name, size, state, id, item, xhr, tries, timer}

    const tell = () => {
      const sending = files.filter((it) => ["waits", "sending", "lost"].includes(it.state));
      form.dispatchEvent(
        new CustomEvent("uploads:change", {
          bubbles: true,
          detail: {
            sending: sending.length,
            failed: files.filter((it) => it.state === "failed").length,
            staged: files
              .filter((it) => it.id)
              .map(({ id, name, size: bytes }) => ({ id, name, size: bytes })),
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
      again.textContent = word("Again");
      again.hidden = true;
      again.addEventListener("click", () => {
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
    const show = (it, percent = 0) => {
      const find = (what) => it.item.querySelector(what);
      const texts = {
        waits: word("Waiting"),
        sending: `${word("Sending")} ${percent} %`,
        there: `${size(it.size)} · ${word("There")}`,
        lost: word("Lost"),
        failed: it.reason ?? word("Failed"),
      };
      it.item.dataset.state = it.state;
      find(".note").textContent = texts[it.state];
      find("progress").hidden = it.state !== "sending";
      find("progress").value = percent;
      find(".again").hidden = !(it.state === "lost" || (it.state === "failed" && it.retry));
      const hidden = find("input[name=staged]");
      hidden.disabled = !it.id;
      hidden.value = it.id ?? "";
    };

    // --- sending ---------------------------------------------------------------------
    const settle = (it, state, more = {}) => {
      Object.assign(it, { state, xhr: null }, more);
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
    const send = (it) => {
      const xhr = new XMLHttpRequest();
      it.xhr = xhr;
      it.state = "sending";
      show(it);
      xhr.open("POST", form.dataset.upload);
      xhr.setRequestHeader("X-CSRFToken", csrf);
      xhr.timeout = 180000;
      xhr.upload.addEventListener("progress", (event) => {
        if (event.lengthComputable) {
          show(it, Math.floor((event.loaded / event.total) * 100));
        }
      });
      xhr.addEventListener("load", () => {
        let told = {};
        try {
          told = JSON.parse(xhr.responseText);
        } catch {
          /* a page instead of JSON: only its status counts */
        }
        if (xhr.status === 201) {
          settle(it, "there", { id: told.id, name: told.name, size: told.size });
        } else if (xhr.status === 429 || xhr.status >= 500) {
          const seconds = Number(xhr.getResponseHeader("Retry-After"));
          lost(it, seconds ? seconds * 1000 : undefined);
        } else {
          settle(it, "failed", { reason: told.error, retry: !told.error });
        }
      });
      for (const name of ["error", "timeout"]) {
        xhr.addEventListener(name, () => lost(it));
      }
      const body = new FormData();
      body.append("client_token", it.key);
      body.append("file", it.file, it.file.name);
      xhr.send(body);
    };
    const pump = () => {
      // The first answer brings the session that all the others belong to.
      const most = files.some((it) => it.id) ? AT_ONCE : 1;
      let busy = files.filter((it) => it.state === "sending").length;
      for (const it of files) {
        if (busy >= most) break;
        if (it.state !== "waits") continue;
        busy += 1;
        send(it);
      }
      tell();
    };
    addEventListener("online", () => files.forEach(retry));

    // --- what is in the list ---------------------------------------------------------
    const drop = (it) => {
      clearTimeout(it.timer);
      it.xhr?.abort();
      files.splice(files.indexOf(it), 1);
      const image = it.item.querySelector("img");
      if (image) URL.revokeObjectURL(image.src);
      it.item.remove();
      if (it.id) {
        const body = new FormData();
        body.append("csrfmiddlewaretoken", csrf);
        const path = `${form.dataset.upload}${it.id}/remove/`;
        fetch(path, { method: "POST", body }).catch(() => {});
      }
      tell();
      main.focus();
    };
    const take = (chosen) => {
      for (const file of chosen) {
        const it = { key: token(), file, name: file.name, size: file.size, tries: 0 };
        it.state = "waits";
        const limit = file.type.startsWith("video/") ? maxVideo : maxBytes;
        if (file.size > limit || files.filter((one) => one.state !== "failed").length >= most) {
          it.state = "failed";
          it.reason = file.size > limit ? word("Large") : word("Many");
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
    return { known, has: (id) => files.some((it) => it.id === id), tell };
  };
})();
