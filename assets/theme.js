/* Runs before the first paint: the chosen theme, and what else must be known by then. */
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");
  /* The key and the values are those of Reflex, so that both agree. */
  const stored = () => {
    try {
      return localStorage.getItem("theme") || "system";
    } catch {
      return "system";
    }
  };
  const apply = () => {
    const choice = stored();
    const theme = choice === "system" ? (system.matches ? "dark" : "light") : choice;
    root.dataset.theme = theme;
    root.dataset.themeChoice = choice;
    root.style.colorScheme = theme;
  };
  apply();
  system.addEventListener("change", apply);
  document.addEventListener("theme-chosen", apply); /* behaviours.js */

  /* The sidebar stays as it was left. */
  root.toggleAttribute("data-mac", /Mac|iPhone|iPad/.test(navigator.platform));
  try {
    root.toggleAttribute("data-rail", localStorage.getItem("sidebar") === "narrow");
  } catch {
    /* Private windows may refuse storage: the sidebar is then wide at first. */
  }

  /* Another site's buy button opened this window and says where it stands: its page is told when the checkout is done
     (opener.jsx). The origin is used for nothing but as the one to whom that may be said. */
  const from = /^#buy-button=(.+)$/.exec(location.hash);
  if (from) {
    history.replaceState(history.state, "", location.pathname + location.search);
    try {
      const origin = decodeURIComponent(from[1]);
      if (window.opener && /^https?:\/\//.test(origin) && new URL(origin).origin === origin) {
        sessionStorage.setItem("buy-button", origin);
      }
    } catch {
      /* No origin, or a private window: nobody is told. */
    }
  }
})();
