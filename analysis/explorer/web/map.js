/** A map of the places: circles as large as their counts; above some 400 places squares of a grid. */

import { grouped, html, svg } from "./elements.js";

const MOST_SPOTS = 400, LARGEST = 19, NAMED = 8;
const SIZES = [0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10];

/** Points joined into squares of the finest grid that leaves at most `most`. @param {number[][]} spots  [place, latitude, longitude, vague] */
export function gridOf(spots, most = MOST_SPOTS) {
  for (const size of SIZES) {
    /** @type {Map<string, number>} */
    const cells = new Map();
    const of = spots.map(([, north, east]) => {
      const cell = `${Math.floor(north / size)} ${Math.floor(east / size)}`;
      if (!cells.has(cell)) cells.set(cell, cells.size);
      return /** @type {number} */ (cells.get(cell));
    });
    if (cells.size <= most || size === SIZES.at(-1)) {
      const corners = [...cells.keys()].map((cell) => cell.split(" ").map((part) => Number(part) * size));
      return { of, corners, size };
    }
  }
  return { of: [], corners: [], size: 1 };
}

/** @param {any} head @param {(places: string[]) => void} onPick */
export function mapView(head, onPick) {
  const picture = svg("svg", { "aria-hidden": "true", class: "map" });
  const tip = html("p", { class: "tip" });
  const element = html("div", { class: "map-box" }, picture, tip);
  const spots = head.spots, facet = head.facets.find((each) => each.name === "place");
  const grid = spots.length > MOST_SPOTS ? gridOf(spots) : null;
  let width = 0, now = null;
  if (!spots.length) {
    tip.textContent = "No place of these incidents has a known point.";
    return { element, show() {} };
  }
  let west = 180, east = -180, south = 90, north = -90;
  for (const [, up, across] of spots) [west, east, south, north] = [Math.min(west, across), Math.max(east, across), Math.min(south, up), Math.max(north, up)];
  const wide = Math.max(east - west, 2) * 0.14, high = Math.max(north - south, 2) * 0.14;
  [west, east, south, north] = [west - wide, east + wide, south - high, north + high];
  const squeeze = Math.cos(((south + north) / 2) * (Math.PI / 180));

  function draw() {
    if (!now || !width) return;
    const scale = width / ((east - west) * squeeze), height = Math.round(Math.min((north - south) * scale, width * 0.95));
    const fit = Math.min(scale, height / (north - south)), shift = (width - (east - west) * squeeze * fit) / 2;
    const x = (across) => shift + (across - west) * squeeze * fit, y = (up) => (north - up) * fit;
    const parts = [svg("rect", { class: "sea", width, height })];
    for (const [name, lines] of head.borders) {
      const ours = head.facets.find((each) => each.name === "country")?.keys.includes(name);
      for (const line of lines) {
        let path = "";
        for (let i = 0; i < line.length; i += 2) path += `${i ? "L" : "M"}${x(line[i]).toFixed(1)} ${y(line[i + 1]).toFixed(1)}`;
        parts.push(svg("path", { class: ours ? "land ours" : "land", d: `${path}z` }));
      }
    }
    const numbers = spots.map((_, at) => now.counts[at] ?? 0);
    if (grid) {
      const sums = new Array(grid.corners.length).fill(0);
      numbers.forEach((number, at) => { sums[grid.of[at]] += number; });
      const most = Math.max(...sums, 1);
      grid.corners.forEach(([up, across], cell) => {
        if (!sums[cell]) return;
        const members = () => [...new Set(spots.filter((_, at) => grid.of[at] === cell && numbers[at]).map(([place]) => facet.keys[place]))];
        parts.push(svg("rect", { class: "square", x: x(across), y: y(up + grid.size), width: Math.max(grid.size * squeeze * fit - 0.5, 2), height: Math.max(grid.size * fit - 0.5, 2),
          style: `opacity:${(0.15 + 0.85 * Math.sqrt(sums[cell] / most)).toFixed(2)}`, onclick: () => onPick(members()),
          onpointermove: () => { tip.textContent = `${grouped(sums[cell])} ${head.plural} at ${members().length} places in this square`; } }));
      });
    } else {
      const most = Math.max(...numbers, ...(now.most ?? []), 1), order = numbers.map((_, at) => at).sort((a, b) => numbers[b] - numbers[a]);
      const taken = [];
      for (const at of order) {
        const [place, up, across, vague] = spots[at], key = facet.keys[place], number = numbers[at];
        const chosen = !now.chosen.size || now.chosen.has(key);
        const radius = number ? Math.max(LARGEST * Math.sqrt(number / most), 2.5) : 1.5;
        parts.push(svg("circle", { class: `spot${vague ? " vague" : ""}${chosen && number ? "" : " out"}`, cx: x(across), cy: y(up), r: radius, onclick: () => onPick([key]),
          onpointermove: () => { tip.textContent = `${facet.labels[place]}: ${grouped(number)} ${number === 1 ? head.singular : head.plural}${vague ? " (only the town is known)" : ""}`; } }));
      }
      for (const at of order.slice(0, NAMED)) {
        const [place, up, across] = spots[at];
        if (!numbers[at]) continue;
        const label = facet.labels[place], radius = Math.max(LARGEST * Math.sqrt(numbers[at] / most), 2.5), long = label.length * 5.6;
        for (const [side, left] of [[1, x(across) + radius + 3], [-1, x(across) - radius - 3 - long]]) {
          const box = [left, y(up) - 6, left + long, y(up) + 6];
          if (box[0] < 2 || box[2] > width - 2 || taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) continue;
          taken.push(box);
          parts.push(svg("text", { class: "name", x: side > 0 ? left : left + long, y: y(up) + 4, "text-anchor": side > 0 ? "start" : "end" }, label));
          break;
        }
      }
    }
    picture.replaceChildren(...parts);
    picture.setAttribute("width", String(width));
    picture.setAttribute("height", String(height));
  }
  if (typeof ResizeObserver !== "undefined") {
    new ResizeObserver(([entry]) => { const to = Math.floor(entry.contentRect.width); if (to && to !== width) { width = to; draw(); } }).observe(element);
  }
  return {
    element,
    /** @param {number[]|Uint32Array} counts  by spot @param {Set<string>} chosen  names of places */
    show(counts, chosen) { now = { counts, chosen }; width = width || Math.floor(element.getBoundingClientRect().width); draw(); },
  };
}
