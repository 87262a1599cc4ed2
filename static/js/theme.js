/* Sets light or dark before the first paint: the stored choice, else the system's. */
(() => {
  "use strict";
  const KEY = "theme";
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");

  const stored = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // storage is switched off: the system's choice holds
    }
  };

  const apply = () => {
    const theme = stored() ?? (system.matches ? "dark" : "light");
    root.dataset.bsTheme = theme;
  };

  apply();
  system.addEventListener("change", apply);
  addEventListener("storage", (event) => event.key === KEY && apply());

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-theme-switch]")) return;
    const next = root.dataset.bsTheme === "dark" ? "light" : "dark";
    try {
      localStorage.setItem(KEY, next);
    } catch {
      root.dataset.bsTheme = next;
      return;
    }
    apply();
  });
})();
