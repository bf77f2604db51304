// Fields that list what matches while one types. The list is moved through with the arrow keys while the caret stays.
import { createElement as h, useEffect, useId, useRef, useState } from "react";

const EMAIL = /^\S+@\S+\.\S+$/;

// Which row is chosen by keyboard, and what the keys do. The first row is chosen whenever the rows change.
export function useRows(rows, onPick, onEscape) {
  const [at, go] = useState(0);
  const sign = rows.map(({ value }) => value).join("\n");
  useEffect(() => go(0), [sign]);
  const keys = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.nativeEvent.isComposing) return;
    if (step && rows.length) go((at + step + rows.length) % rows.length);
    else if (event.key === "Enter" && rows[at]) onPick(rows[at]);
    else if (event.key !== "Escape" || !onEscape?.()) return;
    event.preventDefault();
  };
  return { at: Math.min(at, rows.length - 1), go, keys };
}

// A text with what was typed marked in it.
export function Marked({ text, typed }) {
  const wanted = typed.trim().toLocaleLowerCase();
  const at = wanted ? text.toLocaleLowerCase().indexOf(wanted) : -1;
  if (at < 0) return text;
  return [text.slice(0, at), h("mark", { key: "mark" }, text.slice(at, at + wanted.length)), text.slice(at + wanted.length)];
}

// A field over a list of {value, label, hint}. A form reads what was picked by `name`; without a pick, what is written.
// `offer` begins a row for an e-mail address that nobody in the list has: "Give to".
export function Combobox({ id, name, options = [], offer, onType, onPick, initial = "", attributes, ...rest }) {
  const list = useId();
  const box = useRef(null);
  const [typed, type] = useState(initial);
  const [picked, pick] = useState(initial);
  const [open, show] = useState(false);
  const address = typed.trim().toLowerCase();
  // What the server found for an earlier text may still be there: a person must match what is written now.
  const words = address.split(/\s+/);
  const fits = ({ label, hint = "" }) => words.every((word) => `${label} ${hint}`.toLowerCase().includes(word));
  const found = offer ? options.filter(fits) : options;
  const known = options.some(({ value, hint }) => value.toLowerCase() === address || hint?.toLowerCase() === address);
  const rows = offer && EMAIL.test(address) && !known ? [...found, { value: address, label: `${offer} ${address}`, isNew: true }] : found;
  const shown = open && rows.length > 0;
  const take = (row) => {
    type(row.isNew ? row.value : row.label);
    pick(row.value);
    show(false);
    onPick?.(row.value);
  };
  const { at, go, keys } = useRows(shown ? rows : [], take, () => shown && (show(false), true));
  const change = ({ target }) => {
    type(target.value);
    pick("");
    show(true);
    onType?.(target.value);
  };
  useEffect(() => {
    box.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [at]);
  return h(
    "div",
    { ref: box, onBlur: ({ currentTarget, relatedTarget }) => currentTarget.contains(relatedTarget) || show(false), ...rest },
    h("input", { type: "hidden", name, value: picked || typed }),
    h("input", {
      id,
      type: "text",
      role: "combobox",
      autoComplete: "off",
      spellCheck: false,
      value: typed,
      "aria-autocomplete": "list",
      "aria-expanded": shown,
      "aria-controls": list,
      "aria-activedescendant": shown ? `${list}-${at}` : undefined,
      onChange: change,
      onFocus: () => show(Boolean(typed) && !picked),
      onKeyDown: (event) => (event.key === "ArrowDown" && !open ? show(true) : keys(event)),
      ...attributes,
    }),
    h(
      "div",
      { id: list, role: "listbox", "aria-label": "Matches", className: "combo-list", hidden: !shown },
      rows.map((row, number) =>
        h(
          "div",
          {
            key: row.value,
            id: `${list}-${number}`,
            role: "option",
            "aria-selected": number === at,
            onPointerMove: () => go(number),
            onMouseDown: (event) => event.preventDefault(),
            onClick: () => take(row),
          },
          h("span", null, row.isNew ? row.label : h(Marked, { text: row.label, typed })),
          row.hint ? h("small", null, h(Marked, { text: row.hint, typed })) : null,
        ),
      ),
    ),
  );
}
