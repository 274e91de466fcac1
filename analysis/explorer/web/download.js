/** The selection as a file: CSV with a row for each claim, and GeoJSON. */

const FORMULA = /^'*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/;

/** A cell of a CSV file; an apostrophe stands before text that a spreadsheet would run as a formula. @param {string} text */
export function cell(text) { return `"${(FORMULA.test(text) ? `'${text}` : text).replace(/"/g, '""')}"`; }

/** @param {{incident: Object<string, string>, claims: Object<string, string>[]}[]} rows */
export function csvOf(rows) {
  const own = rows.length ? Object.keys(rows[0].incident) : [];
  const said = Object.keys(rows.find((row) => row.claims.length)?.claims[0] ?? {});
  const lines = [[...own, ...said.map((name) => (own.includes(name) ? `claim_${name}` : name))].map(cell).join(",")];
  for (const { incident, claims } of rows) {
    for (const claim of claims.length ? claims : [{}]) lines.push([...own.map((name) => incident[name] ?? ""), ...said.map((name) => claim[name] ?? "")].map(cell).join(","));
  }
  return `${lines.join("\n")}\n`;
}

/** @param {{incident: Object<string, string>, claims: Object<string, string>[], point: ?number[]}[]} rows */
export function geojsonOf(rows) {
  const features = rows.map(({ incident, claims, point }) => ({ type: "Feature", id: incident.incident_id, geometry: point ? { type: "Point", coordinates: point } : null, properties: { ...incident, claims } }));
  return `${JSON.stringify({ type: "FeatureCollection", features }, null, 1)}\n`;
}

/** @param {string} text @param {string} name @param {string} type */
export function save(text, name, type) {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}
