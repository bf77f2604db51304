/* The Litesubs buy button, version 1. Load it once or often, anywhere in a page:
 *   <script async src="https://…/embed/v1.js"></script>
 *   <a href="https://…/p/…" data-litesubs-button>Buy 10 credits</a>            a link that looks like our button
 *   <litesubs-buy-button pack="…">Buy 10 credits</litesubs-buy-button>         the same, apart from the page's styles
 * `data-theme` or `theme` is light or dark; without it the reader's setting decides. Without this script the link is a
 * link. The button dispatches "litesubs:checkout.completed" when the checkout page says so. That is for the eyes only:
 * what was paid, your server hears from Litesubs. */
(() => {
  /* Loaded as a module a script cannot ask which element it came by, but where it runs stands in every error. */
  const here = document.currentScript?.src || String(new Error().stack).match(/https?:\/\/[^\s()@]+\/embed\/v1\.js/)?.[0];
  if (!here) return;
  const ours = new URL(here).origin;
  const ready = Symbol.for(`litesubs ${ours}`);
  if (window[ready]) return;
  window[ready] = true;

  const opened = new Map();
  const look = `
    display: inline-flex; align-items: center; justify-content: center; min-height: 44px; padding: 0 20px;
    border-radius: 12px; background: #00576f; color: #fbfcfb; text-decoration: none; cursor: pointer;
    font: 600 16px/24px "Instrument Sans Variable", system-ui, sans-serif; letter-spacing: -.005em;`;
  const dark = "background: #7cd0e6; color: #06191f;";
  const styles = (button, theme) => `
    ${button} { ${look} }
    ${button}:hover { text-decoration: underline; }
    ${button}:focus-visible { outline: 2px solid #0080a3; outline-offset: 2px; }
    @media (prefers-color-scheme: dark) { ${theme(':not([@="light"])')} { ${dark} } }
    ${theme('[@="dark"]')} { ${dark} }`;

  /* The address of a pack's page here, or null: a page cannot have the button lead elsewhere. */
  const packPage = (href) => {
    try {
      const url = new URL(href, ours);
      return url.origin === ours && /^\/(p|c)\//.test(url.pathname) ? url : null;
    } catch {
      return null;
    }
  };

  /* Stripe's checkout may not stand in a frame: a window of its own on a desktop, a tab on a phone. */
  const open = (event, button, href) => {
    const url = packPage(href);
    if (!url || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    if (location.origin !== "null") url.hash = `buy-button=${encodeURIComponent(location.origin)}`;
    const size = matchMedia("(min-width: 720px) and (pointer: fine)").matches ? "popup,width=480,height=820" : "";
    const page = window.open(url, "_blank", size);
    if (!page) return;
    event.preventDefault();
    opened.set(page, button);
  };

  addEventListener("message", (event) => {
    const button = opened.get(event.source);
    if (!button || event.origin !== ours || event.data?.source !== "litesubs") return;
    if (event.data.type !== "checkout.completed") return;
    button.dispatchEvent(new CustomEvent("litesubs:checkout.completed", { bubbles: true, composed: true }));
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-litesubs-button]");
    if (link) open(event, link, link.href);
  });

  const sheet = (css) => {
    const made = new CSSStyleSheet();
    made.replaceSync(css);
    return made;
  };
  const link = "a[data-litesubs-button]";
  document.adoptedStyleSheets = [
    ...document.adoptedStyleSheets,
    sheet(styles(`:where(${link})`, (when) => `:where(${link}${when.replace("@", "data-theme")})`)),
  ];

  class BuyButton extends HTMLElement {
    static observedAttributes = ["href", "pack"];

    connectedCallback() {
      if (this.shadowRoot) return;
      const root = this.attachShadow({ mode: "open", delegatesFocus: true });
      root.adoptedStyleSheets = [
        sheet(`:host { display: inline-block; } ${styles("a", (when) => `:host(${when.replace("@", "theme")}) a`)}`),
      ];
      const anchor = document.createElement("a");
      const words = document.createElement("slot");
      words.textContent = "Buy credits";
      anchor.append(words);
      anchor.addEventListener("click", (event) => open(event, this, anchor.href));
      root.append(anchor);
      this.attributeChangedCallback();
    }

    attributeChangedCallback() {
      const anchor = this.shadowRoot?.querySelector("a");
      if (!anchor) return;
      const pack = this.getAttribute("pack");
      const url = packPage(pack ? `/p/${encodeURIComponent(pack)}` : this.getAttribute("href"));
      if (url) anchor.href = url;
      else anchor.removeAttribute("href");
    }
  }

  if (!customElements.get("litesubs-buy-button")) customElements.define("litesubs-buy-button", BuyButton);
})();
