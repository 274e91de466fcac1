/** Two selections side by side: counts of each value and their difference. */

import { grouped, html } from "./elements.js";

/** @param {{names: string[], label: string, now: number[], kept: number[], totals: number[], words: string[], plural: string}} given */
export function compareTable({ names, label, now, kept, totals, words, plural }) {
  const signed = (number) => (number > 0 ? `+${grouped(number)}` : number < 0 ? `\u2212${grouped(-number)}` : "0");
  const row = (name, a, b, kind) => html("tr", { class: kind }, html("th", { scope: "row" }, name), html("td", { class: "number" }, grouped(a)), html("td", { class: "number" }, grouped(b)), html("td", { class: "number" }, signed(b - a)));
  return html("table", {}, html("caption", {}, `Kept: ${words[0] || "everything"}. Now: ${words[1] || "everything"}.`),
    html("thead", {}, html("tr", {}, html("th", { scope: "col" }, label), html("th", { scope: "col", class: "number" }, "kept"), html("th", { scope: "col", class: "number" }, "now"), html("th", { scope: "col", class: "number" }, "difference"))),
    html("tbody", {}, ...names.map((name, at) => row(name, kept[at], now[at], "")), row(`all ${plural}`, totals[0], totals[1], "sum")));
}
