// Counts of bit filters beside brute force, on random tables and random filters: node --test tests/explorer
import assert from "node:assert/strict";
import test from "node:test";
import { shadeBounds } from "../../analysis/explorer/web/calendar.js";
import { cell, csvOf } from "../../analysis/explorer/web/download.js";
import { Filters, groupsOf, periodsOfDays } from "../../analysis/explorer/web/filters.js";
import { gridOf } from "../../analysis/explorer/web/map.js";
import { fold } from "../../analysis/explorer/web/search.js";
import { addressOf, EMPTY, isDay, stateOfAddress } from "../../analysis/explorer/web/state.js";
import { isAddress } from "../../analysis/explorer/web/claims.js";

let seed = 1;
const random = (below) => { seed = (seed * 48271) % 2147483647; return seed % below; };

function table(n) {
  const day = Uint16Array.from({ length: n }, () => random(60)).sort();
  const ranged = Uint32Array.from({ length: n }, (_, at) => at).filter(() => random(4) === 0);
  const first = Uint16Array.from(ranged, (row) => Math.max(day[row] - random(5), 0)), last = Uint16Array.from(ranged, (row) => day[row] + random(9));
  return { name: "all claims", n, levels: [], day, ranged, first, last, row: null, spot: null,
    codes: { weapon: Uint8Array.from({ length: n }, () => random(5)), place: Uint16Array.from({ length: n }, () => random(300)) } };
}

test("every view is counted as brute force counts it, without its own filter", () => {
  for (let round = 0; round < 60; round++) {
    const given = table(random(200)), filters = new Filters(given), span = new Map([...given.ranged].map((row, k) => [row, [given.first[k], given.last[k]]]));
    const wanted = { time: null, weapon: null, place: null, text: null };
    for (let turn = 0; turn < 5; turn++) {
      const what = ["time", "weapon", "place", "text"][random(4)];
      const from = random(60);
      const value = random(4) === 0 ? null : { time: [from, from + random(20)], weapon: [random(5), random(5)], place: [random(300), random(300), random(300)], text: Uint8Array.from({ length: given.n }, () => random(2)) }[what];
      wanted[what] = value;
      if (what === "time") filters.setTime(...(value ?? [-Infinity, Infinity]));
      else if (what === "text") filters.setText(value);
      else filters.setValues(what, value);
      const passes = (row, but) => {
        const [low, high] = span.get(row) ?? [given.day[row], given.day[row]];
        return (but === "time" || !wanted.time || (high >= wanted.time[0] && low <= wanted.time[1])) && (!wanted.text || Boolean(wanted.text[row]))
          && ["weapon", "place"].every((name) => but === name || !wanted[name] || wanted[name].includes(given.codes[name][row]));
      };
      const rows = Array.from({ length: given.n }, (_, row) => row);
      assert.deepEqual(filters.rows(given.n), rows.filter((row) => passes(row, "")));
      assert.equal(filters.passing(), rows.filter((row) => passes(row, "")).length);
      const brute = (size, but, of) => rows.filter((row) => passes(row, but)).reduce((counts, row) => { counts[of(row)]++; return counts; }, new Array(size).fill(0));
      for (const [name, size] of [["weapon", 5], ["place", 300]]) assert.deepEqual([...filters.countValues(given.codes[name], size, name)], brute(size, name, (row) => given.codes[name][row]));
      const bars = [[0, 6], [7, 13], [14, 59]], groups = Uint8Array.from([0, 1, 1, 2, 2]), lookup = periodsOfDays(bars, 60);
      assert.deepEqual([...filters.countPeriods(lookup, 3, given.codes.weapon, groups, 3)], brute(9, "time", (row) => lookup[given.day[row]] * 3 + groups[given.codes.weapon[row]]));
      const days = filters.countDays(70);
      assert.deepEqual([...days.best], brute(70, "time", (row) => given.day[row]));
      const possible = new Array(70).fill(0);
      for (const row of rows.filter((each) => passes(each, "time") && span.has(each))) for (let d = span.get(row)[0]; d <= span.get(row)[1]; d++) if (d !== given.day[row]) possible[d]++;
      assert.deepEqual([...days.possible], possible);
    }
  }
});

test("a stack has seven groups at most, then the others, then what is not stated", () => {
  const keys = [..."abcdefghij", ""], { names, groupOf } = groupsOf({ keys, labels: [..."abcdefghij", "not stated"], fills: [] });
  assert.deepEqual(names, [..."abcdefg", "other", "not stated"]);
  assert.deepEqual([...groupOf], [0, 1, 2, 3, 4, 5, 6, 7, 7, 7, 8]);
});

test("an address gives its state back, and names what is not here", () => {
  const head = { facets: [{ name: "place", keys: ["A & B = \u201cC\u201d", ""] }, { name: "confirmation", keys: [] }], definitions: [{ name: "all claims" }, { name: "monitors" }], periods: { week: {}, day: {} } };
  const state = { ...EMPTY, evidence: "monitors", start: "2024-02-04", text: "a#b&c", filters: { place: ["A & B = \u201cC\u201d", ""] }, kept: { ...EMPTY, end: "2024-01-01", filters: { place: [""] } } };
  assert.deepEqual(stateOfAddress(addressOf(state), head), { state, unknown: [] });
  assert.deepEqual(stateOfAddress("is.place=Z&evidence=x&start=2024-02-30&every=day&nonsense=1", head), { state: EMPTY, unknown: ["place=Z", "evidence=x", "start=2024-02-30", "every=day", "nonsense=1"] });
});

test("days, folded text, addresses of the web and cells of a spreadsheet", () => {
  assert.deepEqual(["2024-02-29", "", "2023-02-29", "2024-1-1", "x"].map(isDay), [true, true, false, false, false]);
  assert.deepEqual(["Stra\u00dfe", "Q\u00e1\u02bfim", "\u039f\u0394\u039f\u03a3", "L\u2019Orient"].map(fold), ["strasse", "qa'im", "\u03bf\u03b4\u03bf\u03c3", "l'orient"]);
  assert.deepEqual(["https://a.org/x", "javascript:alert(1)", "data:text/html,x", " https://a.org", ""].map(isAddress), [true, false, false, false, false]);
  assert.deepEqual(["=1+1", "'=1", "a\"b", "-x", "\uff1dx", "x=1"].map(cell), ["\"'=1+1\"", "\"''=1\"", "\"a\"\"b\"", "\"'-x\"", "\"'\uff1dx\"", "\"x=1\""]);
  assert.equal(csvOf([{ incident: { incident_id: "i", place: "p" }, claims: [{ claim_id: "c", place: "q" }] }, { incident: { incident_id: "j", place: "p" }, claims: [] }]),
    '"incident_id","place","claim_id","claim_place"\n"i","p","c","q"\n"j","p","",""\n');
});

test("shades are equal ratios where a day is full, and many points become squares", () => {
  assert.deepEqual([shadeBounds(7), shadeBounds(100)], [[1, 2, 3, 4, 5], [3, 7, 16, 40, 100]]);
  const spots = Array.from({ length: 3000 }, (_, at) => [at, (at % 60) * 0.1, Math.floor(at / 60) * 0.1, 0]), grid = gridOf(spots, 400);
  assert.ok(grid.corners.length <= 400 && grid.corners.length > 40);
  assert.equal(grid.of.length, 3000);
});
