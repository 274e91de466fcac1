/** Columns of bytes: how a record holds them, and how they become typed arrays. */

/** @typedef {{type: "u1"|"u2"|"u4", at: number}} Column */
/** @typedef {{name: string, label: string, keys: string[], labels: string[], fills: string[][]}} Facet */
/**
 * @typedef {object} Table  The incidents under one definition, in the order of their days.
 * @property {string} name
 * @property {number} n
 * @property {string[]} levels  who may support an incident; empty: everybody
 * @property {Uint8Array|Uint16Array|Uint32Array} day  best day, counted from the base
 * @property {Uint8Array|Uint16Array|Uint32Array} ranged  rows of which only a range of days is known
 * @property {Uint8Array|Uint16Array|Uint32Array} first  first possible day of each of them
 * @property {Uint8Array|Uint16Array|Uint32Array} last  last possible day of each of them
 * @property {Object<string, Uint8Array|Uint16Array|Uint32Array>} codes  number of the value, by facet
 * @property {?(Uint8Array|Uint16Array|Uint32Array)} row  row in the first table
 * @property {?(Uint8Array|Uint16Array|Uint32Array)} spot  point on the map, where a place has several
 */

const KINDS = { u1: Uint8Array, u2: Uint16Array, u4: Uint32Array };

/** @param {string} text  base64 */
export function bytesOf(text) {
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** The tables of a record. @param {any} head @param {Uint8Array[]} columns @returns {Table[]} */
export function tablesOf(head, columns) {
  /** @param {?Column} column */
  const read = (column) => {
    if (!column) return null;
    const bytes = columns[column.at];
    return new KINDS[column.type](bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  };
  return head.definitions.map((given) => ({
    name: given.name, n: given.n, levels: given.levels, day: read(given.day), ranged: read(given.ranged),
    first: read(given.first), last: read(given.last), row: read(given.row), spot: read(given.spot),
    codes: Object.fromEntries(Object.entries(given.codes).map(([name, column]) => [name, read(column)])),
  }));
}

/** A column of texts, given whole or as distinct values with their numbers. @returns {string[]} */
export function textsOf(column) {
  return Array.isArray(column) ? column : column.codes.map((code) => column.values[code]);
}
