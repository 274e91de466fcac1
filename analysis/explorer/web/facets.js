/** Facets: the values of each column with counts that follow, and a checkbox for each. */

import { grouped, html } from "./elements.js";

const FEW = 7, MANY = 60;

/** @param {any} head @param {(name: string, values: string[]) => void} onChange */
export function facetsView(head, onChange) {
  const views = head.facets.map((facet) => oneFacet(facet, head.plural, (values) => onChange(facet.name, values)));
  const element = html("div", { class: "facets" }, ...views.map((view) => view.element));
  return {
    element,
    /** @param {Object<string, Uint32Array>} counts @param {Object<string, string[]>} filters */
    show(counts, filters) { head.facets.forEach((facet, at) => views[at].show(counts[facet.name], new Set(filters[facet.name] ?? []))); },
  };
}

function oneFacet(facet, plural, onChange) {
  const list = html("ul", {}), more = html("button", { type: "button", class: "link more" });
  const find = html("input", { type: "search", "aria-label": `Find a value of ${facet.label}`, placeholder: "find a value", hidden: true, autocomplete: "off" });
  const clear = html("button", { type: "button", class: "link", hidden: true, "aria-label": `All values of ${facet.label}`, onclick: () => onChange([]) }, "all");
  const element = html("fieldset", { class: "facet" }, html("legend", {}, facet.label, " ", clear), find, list, more);
  /** @type {Map<number, {item: HTMLElement, box: HTMLInputElement, number: HTMLElement, bar: HTMLElement}>} */
  const made = new Map();
  let open = false, counts = null, chosen = new Set();

  const make = (at) => {
    const box = /** @type {HTMLInputElement} */ (html("input", { type: "checkbox", onchange: () => {
      if (box.checked) chosen.add(facet.keys[at]); else chosen.delete(facet.keys[at]);
      onChange(facet.keys.filter((key) => chosen.has(key)));
    } }));
    const number = html("span", { class: "count" }), bar = html("span", { class: "meter", "aria-hidden": "true" });
    const item = html("li", {}, html("label", {}, box, html("span", { class: "value" }, facet.labels[at]), number), bar);
    made.set(at, { item, box, number, bar });
    return made.get(at);
  };
  function shown() {
    const all = facet.keys.map((_, at) => at), wanted = find.value.trim().toLowerCase();
    if (wanted) return all.filter((at) => facet.labels[at].toLowerCase().includes(wanted)).slice(0, MANY);
    if (facet.keys.length <= FEW + 1) return all;
    if (open && facet.keys.length <= MANY) return all;
    const top = open ? MANY : FEW;
    const ranked = facet.keys.length > MANY ? all.sort((a, b) => counts[b] - counts[a]).slice(0, top) : all.slice(0, top);
    return [...new Set([...all.filter((at) => chosen.has(facet.keys[at])), ...ranked])].sort((a, b) => a - b);
  }
  function draw() {
    if (!counts) return;
    let most = 1;
    for (const number of counts) if (number > most) most = number;
    const items = shown().map((at) => {
      const row = made.get(at) ?? make(at);
      row.box.checked = chosen.has(facet.keys[at]);
      row.number.textContent = grouped(counts[at]);
      row.box.setAttribute("aria-label", `${facet.labels[at]}: ${grouped(counts[at])} ${plural}`);
      row.bar.style.width = `${(100 * counts[at]) / most}%`;
      row.item.className = `${counts[at] ? "" : "zero"}${chosen.size && !row.box.checked ? " out" : ""}`;
      return row.item;
    });
    if (items.length !== list.children.length || items.some((item, at) => list.children[at] !== item)) list.replaceChildren(...items);
    clear.hidden = !chosen.size;
    find.hidden = !(open && facet.keys.length > MANY / 2);
    more.hidden = facet.keys.length <= FEW + 1;
    more.textContent = open ? "fewer" : `${grouped(facet.keys.length - Math.min(FEW, facet.keys.length))} more`;
    more.setAttribute("aria-label", `${more.textContent} values of ${facet.label}`);
  }
  more.addEventListener("click", () => { open = !open; find.value = ""; draw(); });
  find.addEventListener("input", draw);
  return { element, show(given, kept) { counts = given; chosen = kept; draw(); } };
}
