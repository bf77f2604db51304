/* Small behaviours that need no framework. What must be known before the first paint is in theme.js. */
(() => {
  const root = document.documentElement;
  const system = matchMedia("(prefers-color-scheme: dark)");

  /* The sidebar stays as it was left: theme.js reads it. */
  const fold = () => {
    const narrow = root.toggleAttribute("data-rail");
    try {
      localStorage.setItem("sidebar", narrow ? "narrow" : "wide");
    } catch {
      /* Private windows may refuse storage: the sidebar is then wide at the next page. */
    }
  };

  const nextTheme = () => {
    const order = system.matches ? ["system", "light", "dark"] : ["system", "dark", "light"];
    const choice = order[(order.indexOf(root.dataset.themeChoice) + 1) % order.length];
    try {
      localStorage.setItem("theme", choice);
    } catch {
      /* Private windows may refuse storage: the theme then follows the system. */
    }
    document.dispatchEvent(new Event("theme-chosen"));
    say(`Theme: ${choice}`);
  };

  /* Tells screen readers what just happened. */
  const say = (text) => {
    const line = document.getElementById("announcer");
    if (line) line.textContent = text;
  };

  /* Without https a browser gives pages no clipboard: then the old way, from a field beside the button, since all but
     an open dialog is out of reach; and where that fails too, the text is shown for the person to copy. */
  const copyTheOldWay = (button) => {
    const field = document.createElement("textarea");
    field.value = button.dataset.copy;
    field.style.cssText = "position:fixed;top:0;opacity:0";
    button.after(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    button.focus();
    if (!copied) prompt("Press Ctrl+C to copy:", button.dataset.copy);
    return copied;
  };

  const copy = async (button) => {
    const copied = await navigator.clipboard?.writeText(button.dataset.copy).then(() => true, () => false);
    if (!copied && !copyTheOldWay(button)) return;
    button.dataset.copied = "";
    say("Copied");
    setTimeout(() => delete button.dataset.copied, 2000);
  };

  const showPassword = (button) => {
    const field = button.parentElement.querySelector("input");
    const show = field.type === "password";
    field.type = show ? "text" : "password";
    button.setAttribute("aria-pressed", String(show));
    field.focus();
  };

  /* A card with two views of the same numbers shows one of them. */
  const turn = (button) => {
    button.closest("[data-view]").dataset.view = button.dataset.shows;
    for (const other of button.parentElement.children) other.setAttribute("aria-pressed", String(other === button));
  };

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-toggle], [data-copy], [data-show-password], [data-opens], [data-closes], [data-shows], [data-rail-toggle]");
    if (!button) return;
    if ("themeToggle" in button.dataset) nextTheme();
    if ("copy" in button.dataset) copy(button);
    if ("showPassword" in button.dataset) showPassword(button);
    if ("opens" in button.dataset) document.getElementById(button.dataset.opens)?.showModal();
    if ("railToggle" in button.dataset) fold();
    if ("shows" in button.dataset) turn(button);
    if ("closes" in button.dataset) button.closest("dialog")?.close();
  });

  /* A menu or panel is a popover; it opens under its button, or above where there is no room. */
  document.addEventListener("toggle", (event) => {
    const panel = event.target;
    if (event.newState !== "open" || !panel.matches?.("[role=menu][popover], [role=dialog][popover]")) return;
    const button = document.querySelector(`[popovertarget="${CSS.escape(panel.id)}"]`);
    if (!button) return;
    const edge = button.getBoundingClientRect();
    const above = edge.bottom + panel.offsetHeight + 12 > innerHeight && edge.top > panel.offsetHeight + 12;
    const left = panel.dataset.align === "start" ? edge.left : edge.right - panel.offsetWidth;
    panel.style.top = `${above ? edge.top - panel.offsetHeight - 6 : edge.bottom + 6}px`;
    panel.style.left = `${Math.max(8, Math.min(left, innerWidth - panel.offsetWidth - 8))}px`;
    (panel.querySelector("[role=menuitemradio][aria-checked=true]") ?? panel.querySelector("[role^=menuitem], input"))?.focus();
  }, true);

  document.addEventListener("click", (event) => {
    event.target.closest("[role=menu][popover] [role^=menuitem]")?.closest("[popover]").hidePopover();
    if (event.target.matches?.("dialog.drawer, dialog.drawer a")) event.target.closest("dialog").close();
  });

  /* A panel with a form closes when the form is sent. Its other button empties the fields first. */
  document.addEventListener("submit", (event) => event.target.closest("[popover]")?.hidePopover());
  document.addEventListener("click", (event) => {
    const form = event.target.closest("[data-clears]")?.closest("form");
    if (!form) return;
    for (const field of form.querySelectorAll("input")) field.value = "";
    form.requestSubmit();
  });

  document.addEventListener("keydown", (event) => {
    const item = event.target.closest?.("[role=menu][popover] [role^=menuitem]");
    if (!item) return;
    const items = [...item.closest("[role=menu]").querySelectorAll("[role^=menuitem]:not(:disabled)")];
    const at = items.indexOf(item);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    items[(next + items.length) % items.length].focus();
  });

  /* A menu made of details closes as the others do: on a press elsewhere or on a link in it, and on Escape. */
  const openMenu = () => document.querySelector("details[data-menu][open]");
  document.addEventListener("click", (event) => {
    const menu = openMenu();
    if (menu && (!menu.contains(event.target) || event.target.closest("a"))) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    const menu = openMenu();
    if (event.key !== "Escape" || !menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });

  /* Ctrl-K opens the palette from anywhere on the desk, and closes it again. No modal over modal. */
  document.addEventListener("keydown", (event) => {
    const palette = document.getElementById("palette");
    if (!palette || event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    event.preventDefault();
    if (palette.open) palette.close();
    else if (!document.querySelector("dialog:modal")) palette.showModal();
  });

  /* "/" leads to the page's search, unless someone is writing. */
  const writing = (target) => target.matches?.("input, textarea, select, [contenteditable]") || target.closest?.("dialog");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || writing(event.target)) return;
    const search = document.querySelector("[data-search]");
    if (!search || document.querySelector("dialog:modal")) return;
    event.preventDefault();
    search.focus();
    search.select();
  });

  /* Arrow keys move through radio cards, as through native radio buttons. */
  document.addEventListener("keydown", (event) => {
    const card = event.target.closest?.("[role=radiogroup] [role=radio]");
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!card || !step) return;
    event.preventDefault();
    const cards = [...card.closest("[role=radiogroup]").querySelectorAll("[role=radio]")];
    const next = cards[(cards.indexOf(card) + step + cards.length) % cards.length];
    next.focus();
    next.click();
  });

  /* A file field says which file it holds, and shows that one can be dropped. */
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (!field.matches?.("[data-file]")) return;
    const box = field.parentElement;
    const file = field.files[0];
    box.querySelector("[data-when=chosen]").textContent = file?.name ?? "";
    box.toggleAttribute("data-chosen", Boolean(file));
    if (file && field.dataset.file === "send") field.form?.requestSubmit();
  });
  for (const [name, over] of [["dragenter", true], ["dragleave", false], ["drop", false]]) {
    document.addEventListener(name, (event) => {
      if (event.target.matches?.("[data-file]")) event.target.parentElement.toggleAttribute("data-over", over);
    });
  }

  /* A native form posts once, however often its button is pressed. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-once]")) return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });

  /* Another person, another connection: who signs in next in this tab must not be sent what the last one saw. */
  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute("action")?.startsWith("/auth/")) sessionStorage.removeItem("token");
  });
  document.addEventListener(
    "submit",
    (event) => {
      const field = event.target.querySelector("[data-time-zone]");
      if (field) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone;
    },
    true,
  );
  // A form that says data-guarded asks before what was typed in it is left. What saves it gives it another key.
  const unsaved = () => document.querySelector("form[data-unsaved]");
  document.addEventListener("input", (event) => event.target.closest("form[data-guarded]")?.setAttribute("data-unsaved", ""));
  addEventListener("beforeunload", (event) => unsaved() && event.preventDefault());
  document.addEventListener(
    "click",
    (event) => {
      const link = event.target.closest("a[href]");
      if (!link || link.target || link.hasAttribute("download") || !unsaved()) return;
      if (confirm("Leave without saving what you changed?")) unsaved().removeAttribute("data-unsaved");
      else event.preventDefault(), event.stopPropagation();
    },
    true,
  );
  addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent));
})();
