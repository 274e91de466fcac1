/** The explorer as a page: the record stands in the page, the state in its address. */

import { bytesOf } from "./columns.js";
import { explorer } from "./explorer.js";
import { addressOf, stateOfAddress } from "./state.js";

const told = JSON.parse(document.getElementById("record").textContent);
const usual = told.head.state;
const read = () => stateOfAddress(location.hash.slice(1), told.head, usual);
const opening = read();
const shown = explorer(document.getElementById("explorer"), {
  head: told.head, columns: told.columns.map(bytesOf), state: opening.state, unknown: opening.unknown, report: told.report,
  onState(state) {
    const address = addressOf(state, usual);
    if (address !== location.hash.slice(1)) history.replaceState(null, "", `#${address}`);
  },
});
addEventListener("hashchange", () => shown.set(read().state));
globalThis.explorerShown = shown;
