/** Search in texts without case, accents and kinds of apostrophes: what `search_claims` does. */

import { textsOf } from "./columns.js";

const SEARCHED = ["words", "note", "place_as_reported", "actor_searched"];
const OF_SOURCE = ["outlet", "origin"];

/** @param {string} text */
export function fold(text) {
  const plain = text.replace(/[\u2018\u2019\u02bc\u02bf\u02be\u0060\u00b4]/g, "'").normalize("NFKD").replace(/\p{Mn}/gu, "");
  return Array.from(plain, (letter) => (letter === "\u0131" ? letter : letter.toUpperCase().toLowerCase())).join("");
}

/** A function that says which rows of a table hold all words in one claim. @param {any} head */
export function searcher(head) {
  /** @type {?{text: string[], of: number[]}} */
  let folded = null;
  const prepare = () => {
    if (!head.claims) return { text: head.texts.map((text) => fold(text)), of: head.texts.map((_, at) => at) };
    const parts = [...SEARCHED.map((name) => textsOf(head.claims[name])),
      ...OF_SOURCE.map((name) => { const own = textsOf(head.sources[name]); return head.claims.source.map((at) => own[at]); })];
    return { text: head.claims.of.map((_, at) => fold(parts.map((part) => part[at]).join("\n"))), of: head.claims.of };
  };
  /** @param {string} words @param {import("./columns.js").Table} table @returns {?Uint8Array} */
  return (words, table) => {
    const wanted = fold(words).split(/\s+/).filter(Boolean);
    if (!wanted.length) return null;
    folded ??= prepare();
    const found = new Uint8Array(head.ids.length);
    folded.text.forEach((text, at) => { if (wanted.every((word) => text.includes(word))) found[folded.of[at]] = 1; });
    return table.row ? Uint8Array.from(table.row, (row) => found[row]) : found;
  };
}
