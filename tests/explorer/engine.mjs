// Reads a record and states from standard input; writes what the engine of the explorer counts in each.
import { readFileSync } from "node:fs";
import { bytesOf } from "../../analysis/explorer/web/columns.js";
import { engine } from "../../analysis/explorer/web/explorer.js";
import { addressOf, stateOfAddress, viewCode } from "../../analysis/explorer/web/state.js";

const { head, columns, states } = JSON.parse(readFileSync(0, "utf-8"));
const work = engine(head, columns.map(bytesOf));
console.log(JSON.stringify(states.map((state) => {
  const filters = work.filters(state), { table } = filters;
  const { bars, groups, counts } = work.bars(filters, state), days = filters.countDays(work.days);
  return {
    ids: filters.rows(table.n).map((row) => head.ids[table.row ? table.row[row] : row]),
    groups: groups.names, bars: bars.map(([start], at) => [start, ...counts.slice(at * groups.names.length, (at + 1) * groups.names.length)]),
    values: Object.fromEntries(head.facets.map((facet) => [facet.name, [...work.values(filters, facet.name)]])),
    best: [...days.best], possible: [...days.possible],
    code: viewCode(state, head), back: stateOfAddress(addressOf(state, head.state), head, head.state).state,
  };
})));
