/** Filters and counts: one bit for each filter and row; every view is counted without its own filter. */

/** @typedef {import("./columns.js").Table} Table */

export const TIME = "time", TEXT = "text";

export class Filters {
  /** @param {Table} table */
  constructor(table) {
    this.table = table;
    this.names = [TIME, TEXT, ...Object.keys(table.codes)];
    this.failed = new Uint32Array(table.n); // bit i: the row fails filter i
    this.active = new Set(); // names of the filters of values that are set
    this._left = null;
  }

  /** @param {string} name */
  bit(name) { return 1 << this.names.indexOf(name); }

  /** Keep rows that may lie between two days, inclusive: any day of a range is enough. */
  setTime(from, to) {
    this._left = null;
    const { day, ranged, first, last, n } = this.table, failed = this.failed;
    for (let i = 0; i < n; i++) failed[i] = (failed[i] & ~1) | (day[i] < from || day[i] > to ? 1 : 0);
    for (let k = 0; k < ranged.length; k++) {
      const i = ranged[k];
      failed[i] = (failed[i] & ~1) | (last[k] < from || first[k] > to ? 1 : 0);
    }
  }

  /** Keep rows with one of the values; null keeps all. @param {string} name @param {?Iterable<number>} kept */
  setValues(name, kept) {
    const codes = this.table.codes[name], failed = this.failed, bit = this.bit(name);
    this._left = null;
    if (kept === null) { this.active.delete(name); return this._clear(bit); }
    this.active.add(name);
    const set = new Set(kept);
    const fails = Uint8Array.from({ length: codes.reduce((most, code) => (code > most ? code : most), 0) + 1 },
      (_, code) => (set.has(code) ? 0 : 1));
    for (let i = 0; i < codes.length; i++) failed[i] = fails[codes[i]] ? failed[i] | bit : failed[i] & ~bit;
  }

  /** Keep the rows of which `found` is not 0; null keeps all. @param {?Uint8Array} found */
  setText(found) {
    const failed = this.failed;
    this._left = null;
    if (found === null) return this._clear(2);
    for (let i = 0; i < failed.length; i++) failed[i] = found[i] ? failed[i] & ~2 : failed[i] | 2;
  }

  _clear(bit) {
    const failed = this.failed;
    for (let i = 0; i < failed.length; i++) failed[i] &= ~bit;
  }

  /** The rows that pass all filters. @returns {Uint32Array} */
  left() {
    if (this._left) return this._left;
    const failed = this.failed, rows = new Uint32Array(failed.length);
    let number = 0;
    for (let i = 0; i < failed.length; i++) if (failed[i] === 0) rows[number++] = i;
    return (this._left = rows.subarray(0, number));
  }

  /** How many rows pass all filters. */
  passing() { return this.left().length; }

  /** Rows by value, counted without the filter of that name. @returns {Uint32Array} */
  countValues(codes, size, name) {
    const failed = this.failed, others = ~this.bit(name), counts = new Uint32Array(size);
    if (!this.active.has(name)) { // without a filter of its own, only the rows that are left count
      const rows = this.left();
      for (let k = 0; k < rows.length; k++) counts[codes[rows[k]]]++;
      return counts;
    }
    for (let i = 0; i < codes.length; i++) if ((failed[i] & others) === 0) counts[codes[i]]++;
    return counts;
  }

  /** Rows by best day and group, counted without the filter of time: counts[period * groups + group].
   * @param {Int16Array} periodOf  period of each day, -1 outside @param {Uint8Array} groupOf  group of each value */
  countPeriods(periodOf, size, codes, groupOf, groups) {
    const failed = this.failed, day = this.table.day, counts = new Uint32Array(size * groups);
    for (let i = 0; i < day.length; i++) {
      if ((failed[i] & ~1) !== 0) continue;
      const period = periodOf[day[i]];
      if (period >= 0) counts[period * groups + groupOf[codes[i]]]++;
    }
    return counts;
  }

  /** Rows by day, counted without the filter of time: by best day, and rows of other days that may be of this one. */
  countDays(size) {
    const failed = this.failed, { day, ranged, first, last } = this.table;
    const best = new Uint32Array(size), possible = new Uint32Array(size);
    for (let i = 0; i < day.length; i++) if ((failed[i] & ~1) === 0 && day[i] < size) best[day[i]]++;
    for (let k = 0; k < ranged.length; k++) {
      if ((failed[ranged[k]] & ~1) !== 0) continue;
      for (let d = first[k]; d <= Math.min(last[k], size - 1); d++) if (d !== day[ranged[k]]) possible[d]++;
    }
    return { best, possible };
  }

  /** The next rows that pass all filters, from a row on. @returns {number[]} */
  rows(most, from = 0) {
    const failed = this.failed, found = [];
    for (let i = from; i < failed.length && found.length < most; i++) if (failed[i] === 0) found.push(i);
    return found;
  }
}

/** The period of each day, -1 outside all. @param {number[][]} bars  first and last day of each @returns {Int16Array} */
export function periodsOfDays(bars, days) {
  const out = new Int16Array(days).fill(-1);
  bars.forEach(([start, end], at) => out.fill(at, start, end + 1));
  return out;
}

/** The group of each value in a stack: as many as there are fills, then the others, then what is not stated.
 * @param {{keys: string[], fills: string[][]}} facet */
export function groupsOf(facet, most = 7) {
  const stated = facet.keys.filter((key) => key !== "");
  const kept = Math.min(stated.length, most);
  const names = facet.labels.slice(0, kept);
  const groups = stated.map((_, at) => Math.min(at, kept));
  if (stated.length > kept) names.push("other");
  if (stated.length < facet.keys.length) {
    groups.push(names.length);
    names.push("not stated");
  }
  return { names, groupOf: Uint8Array.from(groups) };
}
