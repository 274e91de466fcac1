/** The table of incidents: the rows that pass, a page at a time; a pressed row shows what stands behind it. */

import { html } from "./elements.js";
import { formatDay } from "./state.js";

const PAGE = 25;
const SHORT = { n_origins: "origins", reliability: "grade" };
const COLUMNS = ["place", "country", "weapon", "result", "confirmation", "n_origins", "reliability"];

/** @param {any} head @param {{onOpen: (id: string) => void, entry: (row: number) => Promise<HTMLElement>, ids: (rows: number[]) => Promise<string[]>, days: (row: number) => string[]}} use */
export function incidentsView(head, use) {
  const known = COLUMNS.map((name) => head.facets.find((facet) => facet.name === name)).filter(Boolean);
  const facets = known.length ? known : head.facets.slice(0, 5);
  const body = html("tbody"), more = html("button", { type: "button" });
  const table = html("table", {}, html("thead", {}, html("tr", {}, html("th", { scope: "col" }, "day"), html("th", { scope: "col" }, "incident"), ...facets.map((facet) => html("th", { scope: "col", class: facet.name }, SHORT[facet.name] ?? facet.label)))), body);
  const element = html("section", { "aria-label": "Incidents" }, html("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table of incidents" }, table), html("p", { class: "paging" }, more));
  let filters = null, opened = "", next = 0, turn = 0;

  async function add(number) {
    const mine = turn, rows = filters.rows(number, next);
    if (!rows.length) { more.hidden = true; return; }
    next = rows[rows.length - 1] + 1;
    const ids = await use.ids(rows);
    if (mine !== turn) return;
    rows.forEach((row, at) => {
      const button = html("button", { type: "button", class: "link", "aria-expanded": "false", onclick: () => use.onOpen(opened === ids[at] ? "" : ids[at]) }, ids[at]);
      const [first, last] = use.days(row);
      const line = html("tr", { "data-id": ids[at] }, html("td", { class: "day" }, first === last ? formatDay(first) : `${formatDay(first)} to ${formatDay(last)}`), html("th", { scope: "row" }, button),
        ...facets.map((facet) => html("td", { class: facet.name }, facet.labels[filters.table.codes[facet.name][row]])));
      body.append(line);
      if (ids[at] === opened) unfold(line, row);
      line.addEventListener("toggle-entry", () => unfold(line, row));
    });
    const left = filters.rows(1, next).length;
    more.hidden = !left;
    more.textContent = "Show more incidents";
  }
  async function unfold(line, row) {
    const button = line.querySelector("button");
    button.setAttribute("aria-expanded", "true");
    const cell = html("td", { colspan: facets.length + 2 }, html("p", { class: "quiet" }, "\u2026"));
    line.after(html("tr", { class: "behind" }, cell));
    cell.replaceChildren(await use.entry(row));
  }
  more.addEventListener("click", async () => {
    const rows = body.children.length;
    await add(4 * PAGE);
    body.children[rows]?.querySelector("button")?.focus();
  });
  return {
    element,
    /** @param {import("./filters.js").Filters} given @param {string} open  id whose claims are shown */
    show(given, open, least = PAGE) {
      turn++;
      filters = given;
      next = 0;
      opened = open;
      body.replaceChildren();
      return add(least);
    },
    /** Show or hide the claims of an incident in the rows that are there; false where it is not there. @param {string} id */
    open(id) {
      for (const row of [...body.querySelectorAll("tr.behind")]) row.remove();
      for (const button of body.querySelectorAll("button[aria-expanded=true]")) button.setAttribute("aria-expanded", "false");
      opened = id;
      if (!id) return true;
      const line = [...body.children].find((row) => row.getAttribute("data-id") === id);
      line?.dispatchEvent(new CustomEvent("toggle-entry"));
      return Boolean(line);
    },
  };
}
