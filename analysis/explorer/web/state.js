/** The state of an explorer: in the address, and as code for a notebook. */

/**
 * @typedef {object} State
 * @property {string} evidence  name of the definition of what counts
 * @property {string} start  first day, YYYY-MM-DD, or empty
 * @property {string} end  last day
 * @property {string} text  words that a claim holds
 * @property {Object<string, string[]>} filters  values that count, by column
 * @property {string} by  column that splits the bars
 * @property {string} every  length of a bar
 * @property {string} open  id of the incident whose claims are shown
 * @property {?State} kept  the selection to compare with
 */

export const EMPTY = { evidence: "all claims", start: "", end: "", text: "", filters: {}, by: "confirmation", every: "",
  open: "", kept: null };
const PLAIN = ["evidence", "start", "end", "text", "by", "every", "open"];
const DAY = 86400000;

/** @param {State} state @param {State} usual  what is left out */
export function addressOf(state, usual = EMPTY) {
  const out = new URLSearchParams();
  for (const name of PLAIN) if (state[name] !== usual[name]) out.append(name, state[name]);
  for (const [column, values] of Object.entries(state.filters)) for (const value of values) out.append(`is.${column}`, value);
  if (!out.size && Object.keys(usual.filters).length) out.append("by", state.by); // an empty address is the usual state
  if (state.kept) out.append("kept", addressOf(state.kept, usual) || "all");
  return out.toString();
}

/** The state that an address holds; what this record does not know is left out and named in `unknown`.
 * @param {string} address @param {any} head @returns {{state: State, unknown: string[]}} */
export function stateOfAddress(address, head, usual = EMPTY) {
  if (!address) return { state: { ...usual }, unknown: [] };
  const state = { ...usual, filters: {} }, unknown = [];
  const facets = Object.fromEntries(head.facets.map((facet) => [facet.name, new Set(facet.keys)]));
  const allowed = {
    evidence: (value) => head.definitions.some((each) => each.name === value), by: (value) => value in facets,
    every: (value) => value in head.periods && value !== "day", start: isDay, end: isDay,
  };
  for (const [name, value] of new URLSearchParams(address)) {
    const column = name.startsWith("is.") ? name.slice(3) : "";
    if (column && facets[column]?.has(value)) (state.filters[column] ??= []).push(value);
    else if (PLAIN.includes(name) && (allowed[name]?.(value) ?? true)) state[name] = value;
    else if (name === "kept") state.kept = { ...stateOfAddress(value === "all" ? "" : value, head, usual).state, kept: null };
    else unknown.push(`${column || name}=${value}`);
  }
  return { state, unknown };
}

/** @param {string} text */
export function isDay(text) {
  return text === "" || (/^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00Z`).toJSON()?.slice(0, 10) === text);
}

/** Number of a day from the base. @param {string} text @param {string} base */
export function dayNumber(text, base) { return Math.round((Date.parse(`${text}T00:00Z`) - Date.parse(`${base}T00:00Z`)) / DAY); }

/** @param {number} number @param {string} base @returns {string} YYYY-MM-DD */
export function dayText(number, base) { return new Date(Date.parse(`${base}T00:00Z`) + number * DAY).toJSON().slice(0, 10); }

const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
/** 2024-02-04 as 4 Feb 2024. @param {string} text */
export function formatDay(text) {
  const [year, month, day] = text.split("-").map(Number);
  return `${day} ${MONTHS[month - 1]} ${year}`;
}

/** The view of a state as Python. @param {State} state @param {any} head */
export function viewCode(state, head) {
  const fields = { ...head.base_fields }, where = [];
  const levels = head.definitions.find((each) => each.name === state.evidence)?.levels ?? [];
  if (levels.length) fields.confirmation = tuple(levels);
  for (const [column, values] of Object.entries(state.filters)) {
    const field = { country: "countries", weapon: "weapons" }[column];
    if (field && !values.includes("")) fields[field] = tuple(values);
    else where.push(...values.map((value) => `${column}=${value}`));
  }
  if (where.length) fields.where = tuple(where);
  for (const name of ["text", "start", "end"]) if (state[name]) fields[name] = literal(state[name]);
  return `a.View(${Object.entries(fields).map(([name, value]) => `${name}=${value}`).join(", ")})`;
}

/** @param {string} text */
const literal = (text) => JSON.stringify(text).replace(/\u007f/g, "\\u007f");
/** @param {string[]} texts */
const tuple = (texts) => (texts.length === 1 ? literal(texts[0]) : `(${texts.map(literal).join(", ")})`);

/** The state in words. @param {State} state @param {any} head */
export function stateWords(state, head) {
  const parts = [];
  if (state.evidence !== EMPTY.evidence) parts.push(state.evidence);
  if (state.start || state.end) {
    parts.push([state.start ? `from ${formatDay(state.start)}` : "", state.end ? `to ${formatDay(state.end)}` : ""].join(" ").trim());
  }
  for (const [column, values] of Object.entries(state.filters)) {
    const facet = head.facets.find((each) => each.name === column);
    const labels = values.map((value) => facet?.labels[facet.keys.indexOf(value)] ?? value);
    parts.push(`${facet?.label ?? column}: ${labels.length > 4 ? `${labels.slice(0, 3).join(", ")} and ${labels.length - 3} more` : labels.join(", ")}`);
  }
  if (state.text) parts.push(`with \u201c${state.text}\u201d`);
  return parts.join("; ");
}
