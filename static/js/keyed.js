/* hx-ext="keyed" hx-swap="keyed": brings new server HTML into the page without
   touching what did not change. Children with an id are matched by it; a child with
   data-keyed is merged inside, one with the same data-own stays as it is, any other is
   kept or replaced whole. Where the new HTML has data-grows it holds only what is to be
   added. What is being read, selected, focused or played therefore stays. */
(() => {
  "use strict";
  const READERS = new Set(["class", "open"]); // what the reader or a script has set
  const sourceOf = new WeakMap(); // element -> the server's HTML that made it

  const sameSource = (old, fresh) =>
    sourceOf.has(old)
      ? sourceOf.get(old) === fresh.outerHTML
      : old.isEqualNode(fresh);

  // What fills itself (data-own) stays while it is about the same.
  const ownsItself = (old, fresh) =>
    Boolean(fresh.dataset.own) && old.dataset.own === fresh.dataset.own;

  const copyAttributes = (target, fresh) => {
    for (const { name } of [...target.attributes]) {
      if (!fresh.hasAttribute(name) && !READERS.has(name)) target.removeAttribute(name);
    }
    for (const { name, value } of fresh.attributes) {
      if (target.getAttribute(name) !== value) target.setAttribute(name, value);
    }
  };

  const grow = (target, fresh, added) => {
    for (const child of [...fresh.children]) {
      if (document.getElementById(child.id)) continue;
      sourceOf.set(child, child.outerHTML);
      added.push(child);
      target.append(child);
    }
  };

  const merge = (target, fresh, added) => {
    if ("grows" in fresh.dataset) return grow(target, fresh, added);
    const known = new Map();
    for (const child of target.children) if (child.id) known.set(child.id, child);
    let place = target.firstChild;
    for (const child of [...fresh.childNodes]) {
      const old = child.id ? known.get(child.id) : null;
      let node = child;
      if (old) {
        known.delete(child.id);
        if (old.hasAttribute("data-keyed") && child.hasAttribute("data-keyed")) {
          copyAttributes(old, child);
          merge(old, child, added);
          node = old;
        } else if (ownsItself(old, child) || sameSource(old, child)) {
          node = old;
        }
      }
      if (node === child && child.nodeType === Node.ELEMENT_NODE) {
        sourceOf.set(child, child.outerHTML);
        added.push(child);
      }
      // Moving a node would take the focus from it: what is gone before it goes first.
      while (node !== child && place && place !== node && !known.has(place.id)) {
        const next = place.nextSibling;
        place.remove();
        place = next;
      }
      if (node === place) {
        place = place.nextSibling;
      } else if (node === child && old) {
        const focused = old.contains(document.activeElement)
          ? document.activeElement.id
          : "";
        if (old === place) place = old.nextSibling;
        old.replaceWith(node);
        target.insertBefore(node, place);
        if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
      } else {
        target.insertBefore(node, place);
      }
    }
    while (place) {
      const next = place.nextSibling;
      place.remove();
      place = next;
    }
  };

  // A press ends on what it began on, though the button was replaced in between.
  let pressed = null;
  addEventListener(
    "pointerdown",
    (event) => {
      pressed = event.target.closest("button[id]");
    },
    { capture: true },
  );
  addEventListener(
    "pointerup",
    (event) => {
      const twin = pressed && !pressed.isConnected && event.target.closest("button[id]");
      if (twin && twin.id === pressed.id) twin.click();
      pressed = null;
    },
    { capture: true },
  );

  htmx.defineExtension("keyed", {
    isInlineSwap: (style) => style === "keyed",
    handleSwap(style, target, fragment) {
      if (style !== "keyed") return false;
      const fresh = fragment.firstElementChild;
      if (!fresh || fresh.id !== target.id) return []; // a refusal, not the fragment
      const added = [];
      copyAttributes(target, fresh);
      merge(target, fresh, added);
      return added;
    },
  });
})();
