// Bars and lines as plain HTML and SVG: their size is fixed, so nothing moves; colours are CSS variables, so that dark
// mode needs no second drawing; and they weigh next to nothing. Screen readers get one sentence; the table has the rest.
import { createElement as h, useState } from "react";

const COLOURS = [1, 2, 3, 4, 5].map((number) => `var(--chart-${number})`);
const DASHES = ["", "6 4", "2 4", "10 4 2 4", "1 5"];
const STEPS = [1, 2, 2.5, 5, 10];
const LETTER = 7; // pixels, of the figures beside a chart
const ROOM = { wide: 48, narrow: 26 };

// Three to five round steps from zero to at least the largest value. Credits and minor units are whole: so are steps.
export function ticks(largest, whole = true) {
  const rough = Math.max(largest, 1) / 3;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = STEPS.map((factor) => factor * size).find((found) => found >= rough && (!whole || Number.isInteger(found)));
  const top = Math.ceil(Math.max(largest, step) / step) * step;
  return Array.from({ length: Math.round(top / step) + 1 }, (_, number) => number * step);
}

const axis = (currency) => (value) =>
  new Intl.NumberFormat("en", {
    notation: "compact",
    maximumFractionDigits: value < 10 && value % 1 ? 2 : 1,
    ...(currency && { style: "currency", currency, currencyDisplay: "narrowSymbol", minimumFractionDigits: 0 }),
  })
    .format(value)
    .replace("K", "k");

// Which labels stand below: the last one always, and as many others at even distance as a line of `room` letters takes.
function shown(points, room) {
  const longest = Math.max(1, ...points.map(({ label }) => label.length));
  const every = Math.ceil(points.length / Math.max(1, Math.floor(room / (longest + 1))));
  return (number) => (points.length - 1 - number) % every === 0;
}

function Tip({ point, names, at, count }) {
  const side = at < count / 2 ? { left: `${(at / count) * 100}%` } : { right: `${((count - 1 - at) / count) * 100}%` };
  const lines = point.words.map((words, number) =>
    h("b", { key: number }, words, names[number] ? h("span", null, ` ${names[number]}`) : null),
  );
  return h("div", { className: "chart-tip", style: side }, h("span", null, point.title), lines);
}

// The grid, its figures, the labels below, and what is under the pointer or finger; `children` draws the values.
function Frame({ points, sentence, currency, digits, names, top, end = 0, children }) {
  const [at, point] = useState(-1);
  const unit = 10 ** (digits ?? 0);
  const figure = axis(currency);
  const wide = shown(points, ROOM.wide);
  const narrow = shown(points, ROOM.narrow);
  const before = Math.max(...top.map((value) => figure(value / unit).length));
  const room = { "--before": `${before * LETTER + 10}px`, "--behind": `${end * LETTER}px` };
  const nothing = points.every(({ values }) => values.every((value) => value === 0));
  const grid = (nothing ? [0] : top).map((value) =>
    h("div", { key: value, className: "chart-line", style: { bottom: `${(value / top.at(-1)) * 100}%` } }, h("span", null, figure(value / unit))),
  );
  const columns = points.map((_, number) =>
    h("div", { key: number, onPointerEnter: () => point(number), "data-at": number === at || undefined }),
  );
  const labels = points.map(({ label }, number) =>
    h("span", { key: number, "data-wide": wide(number) || undefined, "data-narrow": narrow(number) || undefined }, label),
  );
  return h(
    "div",
    { className: "chart", role: "img", "aria-label": sentence, style: room },
    h(
      "div",
      { className: "chart-plot", onPointerLeave: () => point(-1) },
      grid,
      children(at),
      h("div", { className: "chart-columns" }, columns),
      nothing ? h("p", null, "Nothing in this time") : null,
      points[at] ? h(Tip, { point: points[at], names, at, count: points.length }) : null,
    ),
    h("div", { className: "chart-labels" }, labels),
  );
}

const largest = (points) => Math.max(0, ...points.flatMap(({ values }) => values));

// Tick steps are chosen in what people read (euros, not cents), then drawn in what the server counts.
function scale(points, digits) {
  const unit = 10 ** (digits ?? 0);
  return ticks(largest(points) / unit, !digits).map((value) => value * unit);
}

export function BarChart({ points = [], sentence, currency, digits, names = [] }) {
  const first = points.map((point) => ({ ...point, values: point.values.slice(0, 1) }));
  const top = scale(first, digits);
  const bars = (at) =>
    h(
      "div",
      { className: "chart-columns" },
      first.map(({ values }, number) => {
        const strong = at < 0 ? number === points.length - 1 : number === at;
        const height = `${(values[0] / top.at(-1)) * 100}%`;
        return h("div", { key: number }, h("i", { "data-strong": strong || undefined, style: { height } }));
      }),
    );
  return h(Frame, { points, sentence, currency, digits, names, top }, bars);
}

export function LineChart({ points = [], sentence, currency, digits, names = [] }) {
  const top = scale(points, digits);
  const height = (value) => 100 - (value / top.at(-1)) * 100;
  const across = (number) => ((number + 0.5) / points.length) * 100;
  const lines = names.map((name, series) =>
    h("polyline", {
      key: name,
      points: points.map(({ values }, number) => `${across(number)},${height(values[series])}`).join(" "),
      stroke: COLOURS[series],
      strokeDasharray: DASHES[series],
      vectorEffect: "non-scaling-stroke",
    }),
  );
  const ends = (at) => {
    const number = at < 0 ? points.length - 1 : at;
    const values = points[number]?.values ?? [];
    const apart = spread(values.map(height));
    return values.slice(0, names.length).map((value, series) => [
      h("i", { key: series, className: "chart-dot", style: { left: `${across(number)}%`, top: `${height(value)}%`, background: COLOURS[series] } }),
      at < 0
        ? h("b", { key: `${series}-value`, className: "chart-end", style: { left: `${across(number)}%`, top: `${apart[series]}%` } }, points[number].words[series])
        : null,
    ]);
  };
  const drawing = (at) => [
    h("svg", { key: "lines", viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": true }, lines),
    h("div", { key: "ends", className: "chart-ends" }, ends(at)),
  ];
  const end = Math.max(0, ...(points.at(-1)?.words ?? []).slice(0, names.length).map((words) => words.length));
  return h(Frame, { points, sentence, currency, digits, names, top, end }, drawing);
}

// Two labels at nearly the same height are moved apart.
function spread(heights, least = 8) {
  const order = heights.map((_, number) => number).sort((one, other) => heights[one] - heights[other]);
  const moved = [...heights];
  order.forEach((number, place) => {
    if (place) moved[number] = Math.max(moved[number], moved[order[place - 1]] + least);
  });
  return moved;
}
