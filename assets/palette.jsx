// The command palette: type a few letters, press Enter, be there. Pages and actions are found here, people and packs by
// the server; until it has answered, what it found last is narrowed, so that the list never jumps.
import { CodeXml, CornerDownLeft, Download, Gift, LayoutDashboard, Link, Plus, Search, Settings, Ticket, Upload, Users, X } from "lucide-react";
import { createElement as h, useEffect, useLayoutEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";
import { Marked, useRows } from "./combobox.jsx";

const SIGNS = { customers: Users, developers: CodeXml, export: Download, give: Gift, import: Upload, links: Link, new: Plus, overview: LayoutDashboard, packs: Ticket, settings: Settings };
const GROUPS = [["customer", "Customers"], ["pack", "Packs"], ["action", "Do"], ["page", "Go to"]];
const AT_ONCE = 2000; // milliseconds
let carried = null; // {typed, at} of a palette that was open when its page gave way to the next
const sign = (of) => h(of, { size: 16, strokeWidth: 1.75, "aria-hidden": true });

function matches(text, typed) {
  const letters = text.toLocaleLowerCase();
  return typed.toLocaleLowerCase().split(/\s+/).every((word) => letters.includes(word));
}

function face({ kind, label, sign: name }) {
  if (kind !== "customer") return h("span", { className: "palette-sign" }, sign(SIGNS[name] ?? Ticket));
  const words = label.split(/[\s@.]+/).filter(Boolean);
  const initials = (words.length > 1 ? words[0][0] + words.at(-1)[0] : label[0] ?? "").toLocaleUpperCase();
  return h("span", { className: "palette-face", "aria-hidden": true }, initials);
}

function Row({ row, typed, chosen, id, onPick, onPoint }) {
  return h(
    "div",
    { id, role: "option", "aria-selected": chosen, onClick: onPick, onPointerMove: onPoint, onMouseDown: (event) => event.preventDefault() },
    face(row),
    h(
      "span",
      { className: "palette-words" },
      h("span", null, h(Marked, { text: row.label, typed })),
      row.hint ? h("small", null, h(Marked, { text: row.hint, typed })) : null,
    ),
    row.figure ? h("span", { className: "palette-figure" }, row.figure) : null,
    h("kbd", { "aria-hidden": true }, sign(CornerDownLeft)),
  );
}

// `places` are {kind, label, href, sign, words, file}; `found` are the server's rows for the text `foundFor`.
export function Palette({ places = [], found = [], foundFor = "", onType }) {
  const dialog = useRef(null);
  const [typed, type] = useState("");
  const navigate = useNavigate();
  const wanted = typed.trim();
  const waiting = wanted !== "" && wanted !== foundFor;
  const people = wanted ? found.filter(({ label, hint }) => !waiting || matches(`${label} ${hint}`, wanted)) : [];
  const here = places.filter(({ label, words }) => matches(`${label} ${words}`, wanted));
  const rows = GROUPS.flatMap(([kind]) => [...people, ...here].filter((row) => row.kind === kind)).map((row) => ({ ...row, value: row.href }));
  const pick = (row) => {
    dialog.current.close();
    if (row.file) location.assign(row.href);
    else navigate(row.href);
  };
  const { at, go, keys } = useRows(rows, pick);
  const eager = useRef(false); // Enter was pressed before there was an answer
  useEffect(() => {
    if (waiting) return;
    if (eager.current && rows.length) pick(rows[0]);
    eager.current = false;
  }, [waiting]);
  // Each page has a palette of its own. Who opened it while the next page was on its way finds it open there, too.
  const latest = useRef("");
  latest.current = typed;
  useLayoutEffect(() => {
    const element = dialog.current;
    if (carried && Date.now() - carried.at < AT_ONCE) {
      element.showModal();
      change(carried.typed);
    }
    carried = null;
    return () => {
      carried = element.open ? { typed: latest.current, at: Date.now() } : null;
    };
  }, []);
  useEffect(() => {
    dialog.current.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [at]);
  const change = (text) => {
    eager.current = false;
    type(text);
    onType?.(text.trim());
  };
  const option = (row) => {
    const number = rows.indexOf(row);
    return h(Row, { key: row.value, id: `palette-${number}`, row, typed, chosen: number === at, onPick: () => pick(row), onPoint: () => go(number) });
  };
  const groups = GROUPS.map(([kind, words]) => [words, rows.filter((row) => row.kind === kind)]).filter(([, members]) => members.length);
  const nothing = rows.length === 0 && !waiting;
  return h(
    "dialog",
    {
      ref: dialog,
      id: "palette",
      className: "palette",
      "aria-label": "Jump to",
      onClose: () => change(""),
      onMouseDown: (event) => event.target === dialog.current && dialog.current.close(),
    },
    h(
      "div",
      { className: "palette-box" },
      h(
        "div",
        { className: "palette-head" },
        sign(Search),
        h("input", {
          type: "text",
          role: "combobox",
          value: typed,
          placeholder: "A customer, a pack, or what to do",
          autoComplete: "off",
          spellCheck: false,
          enterKeyHint: "go",
          maxLength: 100,
          "aria-label": "Jump to",
          "aria-autocomplete": "list",
          "aria-expanded": rows.length > 0,
          "aria-controls": "palette-rows",
          "aria-activedescendant": rows.length ? `palette-${at}` : undefined,
          onChange: ({ target }) => change(target.value),
          onKeyDown: (event) => {
            if (event.key === "Enter" && waiting && rows.length === 0) eager.current = true;
            keys(event);
          },
        }),
        h("button", { type: "button", "aria-label": "Close", onClick: () => dialog.current.close() }, sign(X)),
      ),
      h(
        "div",
        { id: "palette-rows", role: "listbox", "aria-label": "Results", className: "palette-rows", hidden: rows.length === 0 },
        groups.map(([words, members]) => h("div", { key: words, role: "group", "aria-label": words }, h("p", { "aria-hidden": true }, words), members.map(option))),
      ),
      h(
        "p",
        { role: "status", className: rows.length ? "sr-only" : "palette-none" },
        nothing ? `Nothing matches “${wanted}”. Try a part of a name, an e-mail address or a pack.` : waiting ? "Looking…" : `${rows.length} ${rows.length === 1 ? "result" : "results"}`,
      ),
    ),
  );
}
