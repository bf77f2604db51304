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
