// What the kit needs React for: values the server put into the page, and elements that a property opens, ticks or fills.
import { createElement, useEffect, useRef, useState } from "react";

let read = null;

function values() {
  const path = location.pathname.replace(/\/+$/, "") || "/";
  if (read?.path !== path) {
    const element = document.getElementById("ls-boot");
    const found = element ? JSON.parse(element.textContent) : {};
    read = { path, found: found.path === path ? found : {} };
  }
  return read.found;
}

// At build time a placeholder that api/site.py fills; in the browser the very same text, from the page's JSON.
export function boot(field) {
  if (typeof document === "undefined") return `%%LS_${field.toUpperCase()}%%`;
  return values()[field] ?? "";
}

// What the reader has of a pack, asked for once the page is live: until then the server's words, in a line of fixed height.
export function Holding({ src, words, href, ask, ...rest }) {
  const [held, show] = useState({ words, href });
  useEffect(() => {
    if (ask !== "yes") return;
    fetch(src)
      .then((answer) => (answer.status === 200 ? answer.json() : null))
      .then((found) => found && show(found))
      .catch(() => {}); // the line then says what it said
  }, [src, ask]);
  return createElement("a", { href: held.href, ...rest }, held.words);
}

// A native modal dialog: traps and returns focus, closes on Escape and on a press beside it.
export function ModalDialog({ open, onClose, children, ...rest }) {
  const ref = useRef(null);
  useEffect(() => {
    const dialog = ref.current;
    if (open && !dialog.open) {
      dialog.showModal();
      dialog.querySelector("input:not([type=hidden]), textarea, select")?.focus();
    }
    if (!open && dialog.open) dialog.close();
  }, [open]);
  const beside = (event) => {
    const { left, right, top, bottom } = ref.current.getBoundingClientRect();
    const inside = event.clientX >= left && event.clientX <= right && event.clientY >= top && event.clientY <= bottom;
    if (event.target === ref.current && !inside) onClose?.();
  };
  return createElement(
    "dialog",
    {
      ref,
      onCancel: (event) => {
        event.preventDefault();
        onClose?.();
      },
      onMouseDown: beside,
      ...rest,
    },
    open ? children : null,
  );
}

// A checkbox that shows a press at once, and follows the server whenever that changes its mind.
export function TickBox({ checked, mixed, onChange, ...rest }) {
  const ref = useRef(null);
  const [shown, show] = useState(checked);
  useEffect(() => show(checked), [checked]);
  useEffect(() => {
    ref.current.indeterminate = Boolean(mixed);
  }, [mixed]);
  const press = (event) => {
    show(event.target.checked);
    onChange?.();
  };
  return createElement("input", { ref, type: "checkbox", checked: Boolean(shown), onChange: press, ...rest });
}

// What a press will do, shown at once. The server's answer, whatever it is, changes `settled`: from then on what it says
// is shown again. A press counts once in `every` milliseconds, as it does for the handler behind the button.
const GIVE_UP = 10_000;

function usePressed(name, settled, every) {
  const [at, press] = useState(null);
  const last = useRef(-Infinity);
  useEffect(() => {
    const hear = (event) => {
      if (!event.target.closest?.(`[data-foreseen="${name}"]:enabled`) || event.timeStamp - last.current < every) return;
      last.current = event.timeStamp;
      press(settled);
    };
    document.addEventListener("click", hear);
    return () => document.removeEventListener("click", hear);
  }, [name, settled, every]);
  useEffect(() => {
    if (at !== settled) return undefined;
    const late = setTimeout(() => press(null), GIVE_UP);
    return () => clearTimeout(late);
  }, [at, settled]);
  return at === settled;
}

export function Foreseen({ name, settled, every, now, then, dots, ...rest }) {
  const shown = usePressed(name, settled, every) ? then : now;
  if (!dots) return createElement("b", rest, shown);
  return createElement("div", rest, [...shown].map((letter, place) => createElement("i", { key: place, "data-k": letter })));
}
