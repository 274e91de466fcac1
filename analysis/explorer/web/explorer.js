/** The explorer: one state, and views that show what it leaves and change it. */

import { barsView } from "./bars.js";
import { calendarView } from "./calendar.js";
import { claimsOfRow, claimsView } from "./claims.js";
import { tablesOf } from "./columns.js";
import { compareTable } from "./compare.js";
import { csvOf, geojsonOf, save } from "./download.js";
import { grouped, html } from "./elements.js";
import { facetsView } from "./facets.js";
import { Filters, groupsOf, periodsOfDays } from "./filters.js";
import { incidentsView } from "./incidents.js";
import { mapView } from "./map.js";
import { searcher } from "./search.js";
import { EMPTY, dayNumber, dayText, formatDay, isDay, stateWords, viewCode } from "./state.js";

/** @typedef {import("./state.js").State} State */
const MOST_SAVED = 20000; // incidents of a download

/** The bars of a record that is still on its way. @param {HTMLElement} root @param {any} first */
export function sketch(root, first) {
  const view = barsView(first, () => {});
  const size = first.counts.length, counts = new Uint32Array(first.bars.length * size);
  first.counts.forEach((row, g) => row.forEach((number, bar) => { counts[bar * size + g] = number; }));
  root.replaceChildren(html("p", { class: "number-line" }, html("b", {}, grouped(first.total)), ` ${first.plural}`), view.element);
  view.show({ bars: first.bars, groups: first.counts.map(() => ""), fills: first.counts.map((_, g) => first.fills[Math.min(g, first.fills.length - 1)]), counts, from: null, to: null, kept: null, events: [] }, false);
}

/**
 * The engine: a record, a state, and what the state leaves. It touches no page.
 * @param {any} head @param {Uint8Array[]} columns
 * @param {?(text: string) => Promise<Uint8Array[]>} askText  rows of each table with some words, where texts stay behind
 */
export function engine(head, columns, askText = null) {
  const tables = tablesOf(head, columns), search = askText ? null : searcher(head);
  const days = Math.max(...Object.values(head.periods).map(({ bars }) => bars.at(-1)[1])) + 1;
  const made = new Map();
  const answers = new Map();
  const tableOf = (state) => Math.max(head.definitions.findIndex((each) => each.name === state.evidence), 0);
  const facetOf = (name) => head.facets.find((facet) => facet.name === name);
  const foundOf = (text, at) => {
    if (!text.trim()) return null;
    return search ? search(text, tables[at]) : answers.get(text)?.[at] ?? new Uint8Array(tables[at].n);
  };
  return {
    tables, days, facetOf, tableOf,
    /** Whether the rows with these words are still to be asked for. @param {string} text */
    async prepare(text) { if (askText && text.trim() && !answers.has(text)) answers.set(text, await askText(text)); },
    /** Filters set to a state; only what differs from the state before is set. @param {State} state @param {string} slot @returns {Filters} */
    filters(state, slot = "now") {
      const at = tableOf(state), key = `${slot}:${at}`;
      let entry = made.get(key);
      if (!entry) made.set(key, (entry = { filters: new Filters(tables[at]), before: EMPTY }));
      const { filters, before } = entry;
      if (state.start !== before.start || state.end !== before.end) {
        filters.setTime(state.start ? dayNumber(state.start, head.base) : -Infinity, state.end ? dayNumber(state.end, head.base) : Infinity);
      }
      for (const facet of head.facets) {
        const [now, then] = [state.filters[facet.name] ?? [], before.filters[facet.name] ?? []];
        if (now.length !== then.length || now.some((value, i) => value !== then[i])) filters.setValues(facet.name, now.length ? now.map((value) => facet.keys.indexOf(value)) : null);
      }
      if (state.text !== before.text) filters.setText(foundOf(state.text, at));
      entry.before = state;
      return filters;
    },
    every(state) { return head.periods[state.every] && state.every !== "day" ? state.every : Object.keys(head.periods)[0]; },
    /** Counts of the bars: by period and group, without the filter of time. @param {Filters} filters @param {State} state */
    bars(filters, state) {
      const facet = facetOf(state.by) ?? head.facets[0], groups = groupsOf(facet), { bars } = head.periods[this.every(state)];
      const counts = filters.countPeriods(periodsOfDays(bars, days), bars.length, filters.table.codes[facet.name], groups.groupOf, groups.names.length);
      return { facet, groups, bars, counts };
    },
    /** Counts by value of a facet, without its own filter. @param {Filters} filters @param {string} name */
    values(filters, name) { return filters.countValues(filters.table.codes[name], facetOf(name).keys.length, name); },
  };
}

/** Fills of the groups of a stack: those of the facet, then grey for the others, hollow for what is not stated. */
function fillsOf(facet, names) {
  return names.map((name, at) => (name === "not stated" && at === names.length - 1 ? ["#ffffff", "#14181d"] : name === "other" ? ["#d3d8de", "#4a545e"] : facet.fills[at] ?? ["#d3d8de", "#4a545e"]));
}

/**
 * @param {HTMLElement} root
 * @param {{head: any, columns: Uint8Array[], state: State, onState: (state: State) => void, ask?: ?(message: any) => Promise<any>, report?: string, unknown?: string[]}} given
 */
export function explorer(root, { head, columns, state, onState, ask = null, report = "", unknown = [] }) {
  const work = engine(head, columns, head.large && ask ? async (text) => (await ask({ ask: "search", text })).columns : null);
  const past = [];
  let settled = state, drawn = null, queued = 0;
  const base = head.base, about = { base, singular: head.singular, plural: head.plural };

  // ---- the controls
  const number = html("b", {}), noun = html("span", {}), status = html("p", { role: "status", class: "status" });
  const words = html("p", { class: "words" });
  const search = /** @type {HTMLInputElement} */ (html("input", { type: "search", "aria-label": "Search claims, notes and outlets", placeholder: "Search claims, notes, outlets", autocomplete: "off" }));
  const days = ["start", "end"].map((name) => /** @type {HTMLInputElement} */ (html("input", { type: "date", "aria-label": name === "start" ? "First day" : "Last day", onchange: (event) => {
    const value = event.target.value;
    if (isDay(value)) change({ [name]: value });
  } })));
  const options = (list, onchange, label) => html("label", {}, html("span", {}, label), html("select", { onchange: (event) => onchange(event.target.value) }, ...list.map(([value, text]) => html("option", { value }, text))));
  const evidence = options(head.definitions.map((each) => [each.name, `${each.name} (${grouped(each.n)})`]), (value) => change({ evidence: value }), "Which evidence counts");
  const by = options(head.facets.map((facet) => [facet.name, facet.label]), (value) => change({ by: value }), "Bars split by");
  const every = options(Object.keys(head.periods).filter((name) => name !== "day").map((name) => [name, name]), (value) => change({ every: value }), "A bar is a");
  const button = (text, onclick) => html("button", { type: "button", onclick }, text);
  const undo = button("Undo", () => { const before = past.pop(); if (before) apply(before, true); });
  const clear = button("Show everything", () => change({ start: "", end: "", text: "", filters: {}, open: "" }));
  const keep = button("Keep to compare", () => change({ kept: settled.kept ? null : { ...settled, kept: null, open: "" } }));
  const code = button("Copy as code", async () => {
    const text = `import analysis as a\n\ndataset = a.open_folder()\nincidents = a.select(dataset, ${viewCode(settled, head)})`;
    codeBox.replaceChildren(html("pre", { tabindex: "0" }, text));
    codeBox.hidden = false;
    try { await navigator.clipboard.writeText(text); status.textContent = "The code is copied, and stands below."; } catch { status.textContent = "The code stands below."; }
  });
  const codeBox = html("div", { class: "code", hidden: true });
  const canSave = !head.large;
  const csv = button("CSV", () => save(csvOf(selected()), "incidents.csv", "text/csv")), geo = button("GeoJSON", () => save(geojsonOf(selected()), "incidents.geojson", "application/geo+json"));
  const compare = html("section", { class: "compare", "aria-label": "Comparison", hidden: true });

  // ---- the views
  const bars = barsView(about, (from, to, done) => {
    const next = from < 0 ? { start: "", end: "" } : { start: dayText(from, base), end: dayText(to, base) };
    if (done) change(next); else { state = { ...state, ...next }; schedule("brush"); }
  });
  const calendar = calendarView(head, (from, to) => {
    const [start, end] = [dayText(from, base), dayText(to, base)];
    change(settled.start === start && settled.end === end ? { start: "", end: "" } : { start, end });
  });
  const places = mapView(head, (names) => {
    const now = settled.filters.place ?? [];
    const same = now.length === names.length && names.every((name) => now.includes(name));
    change({ filters: withValues(settled.filters, "place", same ? [] : names) });
  });
  const facets = facetsView(head, (name, values) => change({ filters: withValues(settled.filters, name, values) }));
  const list = incidentsView(head, {
    onOpen: (id) => change({ open: id }),
    ids: async (rows) => {
      if (!head.large) return rows.map((row) => idOf(row));
      if (!ask) return rows.map((row) => `row ${row + 1}`);
      return (await ask({ ask: "ids", table: work.tableOf(settled), rows })).ids;
    },
    days: (row) => {
      const { table } = now(), at = rangeOf(table, row);
      const [first, last] = at < 0 ? [table.day[row], table.day[row]] : [table.first[at], table.last[at]];
      return [dayText(first, base), dayText(last, base)];
    },
    entry: async (row) => {
      const { table } = now();
      if (head.large) {
        if (!ask) return html("p", { class: "quiet" }, "This page holds no texts: open the explorer in a notebook to read them.");
        const told = await ask({ ask: "entry", table: work.tableOf(settled), row });
        return claimsView(told.claims, told.disputes, table.levels, told.details);
      }
      const first = table.row ? table.row[row] : row;
      if (!head.has_claims) return claimsView([], [], [], head.details[first]);
      return claimsView(claimsOfRow(head, first), head.disputes.filter(([of]) => of === first), table.levels, {});
    },
  });
  const now = () => ({ table: work.tables[work.tableOf(settled)] });
  const idOf = (row) => { const { table } = now(); return head.ids[table.row ? table.row[row] : row]; };
  function rangeOf(table, row) {
    let low = 0, high = table.ranged.length - 1;
    while (low <= high) { const middle = (low + high) >> 1, value = table.ranged[middle]; if (value === row) return middle; if (value < row) low = middle + 1; else high = middle - 1; }
    return -1;
  }
  function withValues(filters, name, values) {
    const next = { ...filters, [name]: values };
    if (!values.length) delete next[name];
    return next;
  }
  function selected() {
    const filters = work.filters(settled), { table } = now();
    return filters.rows(MOST_SAVED).map((row) => {
      const at = rangeOf(table, row), first = table.row ? table.row[row] : row;
      const [start, end] = at < 0 ? [table.day[row], table.day[row]] : [table.first[at], table.last[at]];
      const values = Object.fromEntries(head.facets.map((facet) => [facet.name, facet.keys[table.codes[facet.name][row]]]));
      const spot = head.spots[table.spot ? table.spot[row] : head.spots.findIndex(([place]) => head.facets.find((each) => each.name === "place")?.keys[place] === values.place)];
      return { incident: { incident_id: idOf(row), date: dayText(table.day[row], base), date_start: dayText(start, base), date_end: dayText(end, base), ...values },
        claims: head.has_claims ? claimsOfRow(head, first) : [], point: spot ? [spot[2], spot[1]] : null };
    });
  }

  // ---- from one state to the next
  /** @param {Partial<State>} part */
  function change(part) { apply({ ...settled, ...part }, false); }
  async function apply(next, back) {
    if (!back && JSON.stringify(next) !== JSON.stringify(settled)) past.push(settled);
    state = settled = next;
    await work.prepare(next.text);
    if (settled !== next) return;
    schedule("all");
    onState(next);
  }
  function schedule(what) {
    if (queued) { if (what === "all") queued = 2; return; }
    queued = what === "all" ? 2 : 1;
    requestAnimationFrame(() => { const whole = queued === 2; queued = 0; draw(whole); });
  }

  function draw(whole) {
    const filters = work.filters(state), from = state.start ? dayNumber(state.start, base) : null, to = state.end ? dayNumber(state.end, base) : null;
    const left = from === null && to === null ? [null, null] : [from ?? -1e9, to ?? 1e9];
    if (whole || !drawn) {
      drawn = { ...work.bars(filters, state), days: filters.countDays(work.days) };
      drawn.kept = state.kept ? sumsOf(work.bars(work.filters(state.kept, "kept"), { ...state.kept, every: state.every })) : null;
    }
    bars.show({ bars: drawn.bars, groups: drawn.groups.names, fills: fillsOf(drawn.facet, drawn.groups.names), counts: drawn.counts, from: left[0], to: left[1], kept: drawn.kept, events: head.events }, whole);
    calendar.show(drawn.days, left[0], left[1]);
    const counts = Object.fromEntries(head.facets.map((facet) => [facet.name, work.values(filters, facet.name)]));
    facets.show(counts, state.filters);
    if (head.spots.length) {
      const spots = filters.table.spot ? filters.countValues(filters.table.spot, head.spots.length + 1, "place") : head.spots.map(([place]) => counts.place[place]);
      places.show(spots, new Set(state.filters.place ?? []));
    }
    const passing = filters.passing();
    number.textContent = grouped(passing);
    noun.textContent = passing === 1 ? head.singular : head.plural;
    if (whole) settle(filters, passing, counts);
  }

  function sumsOf({ bars: periods, groups, counts }) {
    return periods.map((_, bar) => { let sum = 0; for (let g = 0; g < groups.names.length; g++) sum += counts[bar * groups.names.length + g]; return sum; });
  }

  function settle(filters, passing, counts) {
    const table = filters.table, said = stateWords(state, head);
    words.textContent = said || `everything, ${formatDay(dayText(head.window[0], base))} to ${formatDay(dayText(head.window[1], base))}`;
    status.textContent = `${grouped(passing)} of ${grouped(table.n)} ${head.plural} shown${said ? `: ${said}` : ""}.`;
    undo.disabled = !past.length;
    clear.disabled = !said || said === state.evidence;
    keep.textContent = state.kept ? "Drop the comparison" : "Keep to compare";
    if (document.activeElement !== search) search.value = state.text;
    days.forEach((input, at) => { input.value = at ? state.end : state.start; });
    evidence.querySelector("select").value = head.definitions[work.tableOf(state)].name;
    by.querySelector("select").value = drawn.facet.name;
    every.querySelector("select").value = work.every(state);
    csv.disabled = geo.disabled = !canSave || !passing || passing > MOST_SAVED;
    if (!codeBox.hidden) codeBox.hidden = true;
    compare.hidden = !state.kept;
    if (state.kept) {
      const kept = work.filters(state.kept, "kept"), facet = drawn.facet, groups = groupsOf(facet);
      // Each side is counted with all its filters, that of the facet too.
      const sums = [kept, filters].map((side) => {
        const out = new Array(groups.names.length).fill(0), codes = side.table.codes[facet.name];
        for (let row = 0; row < side.failed.length; row++) if (side.failed[row] === 0) out[groups.groupOf[codes[row]]]++;
        return out;
      });
      compare.replaceChildren(html("h3", {}, "Side by side"), compareTable({ names: groups.names, label: facet.label, kept: sums[0], now: sums[1], totals: [kept.passing(), passing], words: [stateWords(state.kept, head), said], plural: head.plural }));
    }
    list.show(filters, state.open, lengthFor(filters));
  }
  /** So many rows that the incident whose claims are open is among them. */
  function lengthFor(filters) {
    if (!state.open || head.large) return 25;
    const at = filters.rows(filters.table.n).findIndex((row) => idOf(row) === state.open);
    return Math.max(25, Math.min(at + 5, 2000));
  }

  let typing = 0;
  search.addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(() => change({ text: search.value.trim().replace(/\s+/g, " ") }), 180); });
  root.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "z" && !(event.target instanceof HTMLInputElement && event.target.type === "search")) { event.preventDefault(); undo.click(); }
  });

  const has = (name) => head.facets.some((facet) => facet.name === name);
  root.replaceChildren(
    html("div", { class: "top" },
      html("div", { class: "count-block" }, html("p", { class: "number-line" }, number, " ", noun), words, status),
      html("div", { class: "controls" }, search, html("div", { class: "dates" }, days[0], html("span", {}, "to"), days[1]), evidence, by, every),
      html("div", { class: "actions" }, undo, clear, keep, code, html("span", { class: "save" }, "Save as ", csv, geo)),
      codeBox,
      ...[head.sampled, head.within && `Within: ${head.within}.`, unknown.length && `The address names what is not here: ${unknown.join(", ")}.`].filter(Boolean).map((text) => html("p", { class: "caveat" }, text)),
      report ? html("p", { class: "quiet" }, html("a", { href: report }, "The report")) : null),
    html("section", { "aria-label": "Over time" }, bars.element), compare,
    html("div", { class: "below" },
      html("section", { class: "side", "aria-label": "Filters" }, html("details", { class: "fold", open: root.clientWidth > 900 }, html("summary", {}, "Filter by value"), facets.element)),
      html("div", { class: "main" }, html("div", { class: "pair" }, has("place") ? html("section", { "aria-label": "Map" }, html("h3", {}, "Where"), places.element) : null, html("section", { "aria-label": "Calendar" }, html("h3", {}, "Day by day"), calendar.element)),
        html("h3", {}, "Incidents"), list.element)));
  state = settled = { ...state };
  work.prepare(state.text).then(() => draw(true));
  return {
    /** Show another state, as the address or the kernel gives it. @param {State} next */
    set(next) { if (JSON.stringify(next) !== JSON.stringify(settled)) apply(next, false); },
    draw, get state() { return settled; },
    /** The brush as a pointer moves it, for measuring: milliseconds to count and draw. @param {string} start @param {string} end */
    brush(start, end) { const begun = performance.now(); state = { ...settled, start, end }; draw(false); return performance.now() - begun; },
  };
}
