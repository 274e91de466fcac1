/** What stands behind one incident: its claims with words, source, grade and link, and what they disagree on. */

import { textsOf } from "./columns.js";
import { html } from "./elements.js";
import { formatDay } from "./state.js";

/** Claims of one incident as rows, from the columns of a record. @param {any} head @param {number} row  of the first table */
export function claimsOfRow(head, row) {
  head.by_row ??= head.claims.of.reduce((by, of, at) => { (by[of] ??= []).push(at); return by; }, {});
  head.read ??= Object.fromEntries(Object.entries({ ...head.claims, ...head.sources }).filter(([name]) => name !== "of" && name !== "source").map(([name, column]) => [name, textsOf(column)]));
  const ofClaim = Object.keys(head.claims).filter((name) => name !== "of" && name !== "source");
  return (head.by_row[row] ?? []).map((at) => {
    const source = head.claims.source[at];
    return { ...Object.fromEntries(Object.keys(head.sources).map((name) => [name, head.read[name][source]])), ...Object.fromEntries(ofClaim.map((name) => [name, head.read[name][at]])) };
  });
}

/** Only an address of the web becomes a link. @param {string} url */
export function isAddress(url) { return /^https?:\/\/[^\s]+$/i.test(url); }

const VOICES = { us_official: "a U.S. official", local_official: "a local official", monitor: "a monitor", unknown: "no named voice", claim_only: "the attackers themselves" };

/** @param {any[]} claims @param {any[]} disputes @param {string[]} levels  who counts; empty: everybody @param {Object<string, string>} details */
export function claimsView(claims, disputes, levels, details) {
  const parts = [];
  if (claims.length) {
    const dated = [...claims].sort((a, b) => (a.published || "9").localeCompare(b.published || "9"));
    parts.push(html("p", { class: "quiet" }, `${claims.length} ${claims.length === 1 ? "claim" : "claims"}, the earliest publication first`));
    parts.push(html("ol", { class: "claims" }, ...dated.map((claim) => oneClaim(claim, levels))));
  }
  if (disputes.length) {
    parts.push(html("h4", {}, "What the claims disagree on"), html("dl", { class: "disputes" }, ...disputes.map(([, field, chosen, rule, dissent]) => html("div", {},
      html("dt", {}, field.replace(/_/g, " ")), html("dd", {}, html("b", {}, chosen || "not stated"), ` (${rule})`, html("br"), html("span", { class: "quiet" }, `also said: ${dissent.replace(/\|/g, "; ")}`))))));
  }
  const rows = Object.entries(details);
  if (rows.length) parts.push(html("dl", { class: "disputes" }, ...rows.map(([name, value]) => html("div", {}, html("dt", {}, name.replace(/_/g, " ")), html("dd", {}, value)))));
  if (!parts.length) parts.push(html("p", { class: "quiet" }, "Nothing more is known of this incident."));
  return html("div", { class: "entry" }, ...parts);
}

function oneClaim(claim, levels) {
  const counts = !levels.length || levels.includes(claim.confirmation) || claim.stance === "denies";
  const days = claim.date_start === claim.date_end ? formatDay(claim.date_start) : `${formatDay(claim.date_start)} to ${formatDay(claim.date_end)}`;
  const relayed = claim.origin && claim.origin !== claim.outlet ? ` relaying ${claim.origin.replace(/\|/g, ", ")}` : "";
  const said = [`says ${days}${claim.time_of_day ? `, ${claim.time_of_day}` : ""}`, claim.place_as_reported, claim.weapon.replace(/_/g, " "), claim.result.replace(/_/g, " ")].filter((part) => part && part !== "unknown");
  const head = html("p", { class: "who" }, html("b", {}, claim.outlet), `${relayed}, grade `, html("span", { title: claim.reliability_reason }, claim.reliability),
    claim.published ? `, published ${claim.published.length === 10 ? formatDay(claim.published) : claim.published}` : ", day of publication not known",
    claim.stance === "denies" ? html("strong", {}, " \u00b7 denies the attack") : null, counts ? null : html("span", { class: "quiet" }, " \u00b7 not counted under this choice of evidence"));
  return html("li", { class: counts ? "" : "uncounted" }, head,
    claim.words ? html("blockquote", {}, `\u201c${claim.words}\u201d`, claim.line ? html("span", { class: "quiet" }, ` line ${claim.line}`) : null) : null,
    html("p", {}, said.join(" \u00b7 "), `; by the word of ${VOICES[claim.confirmation] ?? claim.confirmation}`),
    claim.note ? html("p", { class: "note" }, claim.note) : null,
    html("p", { class: "quiet" }, `${claim.claim_id} `, isAddress(claim.url) ? html("a", { href: claim.url, rel: "noopener noreferrer", target: "_blank" }, new URL(claim.url).hostname) : claim.url));
}
