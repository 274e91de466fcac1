/** Bars of a period, stacked by a column, over the days that somebody searched; a brush over them. */

import { fillStyle, grouped, html, svg } from "./elements.js";
import { dayText, formatDay } from "./state.js";

const HEIGHT = 236, TOP = 18, LANE = 16, AXIS = 30, LEFT = 34, RIGHT = 6;
const GROUNDS = ["", "weekly", "sparse", "nobody"];
const GROUND_WORDS = ["", "searched by week, some may be missing", "searched sparsely, some may be missing", "nobody searched"];

/** What the calendar and the bars show of a period without a row: nothing where nobody searched, else 0. */
export function words(number, ground, about) {
  if (number) return `${grouped(number)} ${number === 1 ? about.singular : about.plural}`;
  return ground === 3 ? "nobody searched" : `none${ground ? `, ${GROUND_WORDS[ground]}` : ""}`;
}

/**
 * @param {any} about  head of the record
 * @param {(from: number, to: number, done: boolean) => void} onBrush  days, inclusive; -1: the whole time
 */
export function barsView(about, onBrush) {
  const picture = svg("svg", { "aria-hidden": "true", class: "bars" });
  const box = html("div", { class: "plot", tabindex: "0", role: "group",
    "aria-label": "Bars. Left and right move, Enter filters, Shift with an arrow widens, Escape clears." }, picture);
  const legend = html("ul", { class: "legend" });
  const spoken = html("p", { class: "heard", "aria-live": "polite" });
  const tip = html("p", { class: "tip" });
  const table = html("details", { class: "as-table" }, html("summary", {}, "The bars as a table"));
  const events = html("details", { class: "events" });
  const element = html("div", {}, legend, box, tip, spoken, html("div", { class: "unfold" }, table, events));
  /** @type {any} */
  let now = null;
  let at = -1, anchor = -1, pressed = false, width = 0;

  const x = (day) => LEFT + ((day - now.bars[0][0]) / (now.bars.at(-1)[1] + 1 - now.bars[0][0])) * (width - LEFT - RIGHT);
  const total = (bar) => { let sum = 0; for (let g = 0; g < now.groups.length; g++) sum += now.counts[bar * now.groups.length + g]; return sum; };
  const name = (bar) => {
    const [start, end] = now.bars[bar].map((day) => formatDay(dayText(day, about.base)));
    return start === end ? start : `${start} to ${end}`;
  };
  const say = (bar) => `${name(bar)}: ${words(total(bar), now.bars[bar][3], about)}${now.bars[bar][2] ? "" : " (part of a period)"}`;
  const hit = (event) => {
    const px = event.clientX - picture.getBoundingClientRect().left;
    const first = now.bars[0][0], day = first + ((px - LEFT) / (width - LEFT - RIGHT)) * (now.bars.at(-1)[1] + 1 - first);
    const found = now.bars.findIndex(([, end]) => day < end + 1);
    return Math.max(0, found < 0 ? now.bars.length - 1 : found);
  };
  const brush = (done) => {
    const [low, high] = anchor < at ? [anchor, at] : [at, anchor];
    onBrush(now.bars[low][0], now.bars[high][1], done);
  };

  box.addEventListener("pointerdown", (event) => {
    if (!now || event.button) return;
    event.preventDefault();
    box.focus({ preventScroll: true });
    box.setPointerCapture(event.pointerId);
    at = anchor = hit(event);
    pressed = true;
    const same = now.from === now.bars[at][0] && now.to === now.bars[at][1];
    if (same) { pressed = false; onBrush(-1, -1, true); } else brush(false);
  });
  box.addEventListener("pointermove", (event) => {
    if (!now) return;
    const over = hit(event);
    tip.textContent = say(over);
    if (pressed && over !== at) { at = over; brush(false); }
  });
  const release = () => { if (pressed) { pressed = false; brush(true); } };
  box.addEventListener("pointerup", release);
  box.addEventListener("pointercancel", release);
  box.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -4, PageDown: 4, Home: -1e9, End: 1e9 }[event.key];
    if (!now || (step === undefined && !["Enter", " ", "Escape"].includes(event.key))) return;
    event.preventDefault();
    if (step !== undefined) {
      at = at < 0 ? ((step > 0) !== (Math.abs(step) > 4) ? 0 : now.bars.length - 1) : Math.min(Math.max(at + step, 0), now.bars.length - 1);
      if (event.shiftKey && anchor >= 0) brush(true); else anchor = at;
      spoken.textContent = tip.textContent = say(at);
      cursor();
    } else if (event.key === "Escape") onBrush(-1, -1, true);
    else { anchor = at = Math.max(at, 0); brush(true); }
  });
  box.addEventListener("blur", () => { picture.querySelector(".cursor")?.remove(); });

  function cursor() {
    picture.querySelector(".cursor")?.remove();
    if (at < 0 || document.activeElement !== box && !box.matches(":focus")) return;
    const [start, end] = now.bars[at];
    picture.append(svg("rect", { class: "cursor", x: x(start) - 1, y: TOP - 4, width: Math.max(x(end + 1) - x(start) + 2, 3),
      height: HEIGHT - TOP - AXIS - LANE + 4 }));
  }

  function draw() {
    if (!now || !width) return;
    const { bars, groups, counts } = now, base = HEIGHT - AXIS - LANE, size = groups.length;
    let most = 1;
    const sums = bars.map((_, bar) => { const sum = total(bar); if (sum > most) most = sum; return sum; });
    for (const other of now.kept ?? []) if (other > most) most = other;
    const y = (number) => base - (number / most) * (base - TOP);
    const parts = [svg("defs", {}, svg("pattern", { id: "nobody-hatch", width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
      svg("rect", { width: 6, height: 6, class: "hatch-ground" }), svg("line", { y2: 6, class: "hatch" })))];
    for (let from = 0; from < bars.length;) { // neighbours of one ground are one shade
      let to = from;
      while (to + 1 < bars.length && bars[to + 1][3] === bars[from][3]) to++;
      if (bars[from][3]) parts.push(svg("rect", { class: `ground ${GROUNDS[bars[from][3]]}`, x: x(bars[from][0]), y: TOP - 8,
        width: x(bars[to][1] + 1) - x(bars[from][0]), height: base - TOP + 8 }));
      from = to + 1;
    }
    const ticks = most < 5 ? [1, 2, 3, 4].filter((each) => each <= most) : niceTicks(most);
    for (const tick of ticks) {
      parts.push(svg("line", { class: "rule", x1: LEFT, x2: width - RIGHT, y1: y(tick), y2: y(tick) }),
        svg("text", { class: "tick", x: LEFT - 5, y: y(tick) + 3.5, "text-anchor": "end" }, grouped(tick)));
    }
    parts.push(...monthTicks(base));
    const paths = groups.map(() => "");
    bars.forEach(([start, end], bar) => {
      const left = x(start), wide = Math.max((x(end + 1) - left) * 0.86, 0.6);
      let height = 0;
      for (let g = 0; g < size; g++) {
        const number = counts[bar * size + g];
        if (!number) continue;
        paths[g] += `M${left.toFixed(1)} ${y(height).toFixed(1)}h${wide.toFixed(1)}V${y(height + number).toFixed(1)}h${(-wide).toFixed(1)}z`;
        height += number;
      }
      if (!bars[bar][2] && sums[bar]) parts.push(svg("rect", { class: "cut", x: left, y: y(sums[bar]), width: wide, height: base - y(sums[bar]) }));
    });
    groups.forEach((group, g) => { if (paths[g]) parts.push(svg("path", { class: "bar", d: paths[g], style: fillStyle(now.fills[g]) })); });
    if (now.kept) {
      parts.push(svg("path", { class: "kept-line", d: bars.map(([start, end], bar) => (!now.kept[bar] ? "" : `M${x(start).toFixed(1)} ${y(now.kept[bar]).toFixed(1)}H${(x(start) + (x(end + 1) - x(start)) * 0.86).toFixed(1)}`)).join("") }));
    }
    if (now.from !== null) {
      const [a, b] = [x(Math.max(now.from, bars[0][0])), x(Math.min(now.to, bars.at(-1)[1]) + 1)];
      parts.push(svg("rect", { class: "veil", x: LEFT, y: TOP - 8, width: Math.max(a - LEFT, 0), height: base - TOP + 8 }),
        svg("rect", { class: "veil", x: b, y: TOP - 8, width: Math.max(width - RIGHT - b, 0), height: base - TOP + 8 }),
        svg("rect", { class: "chosen", x: a, y: TOP - 8, width: Math.max(b - a, 1), height: base - TOP + 8 }));
    }
    parts.push(svg("line", { class: "axis", x1: LEFT, x2: width - RIGHT, y1: base, y2: base }));
    for (const [day, title] of now.events) {
      parts.push(svg("path", { class: "event", d: `M${x(day + 0.5).toFixed(1)} ${HEIGHT - AXIS - 9}l3 4.5l-3 4.5l-3-4.5z` }, svg("title", {}, `${formatDay(dayText(day, about.base))}: ${title}`)));
    }
    picture.replaceChildren(...parts);
    picture.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    picture.setAttribute("width", String(width));
    picture.setAttribute("height", String(HEIGHT));
    cursor();
  }

  function niceTicks(most) {
    const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 2e5, 5e5].find((each) => most / each <= 5) ?? 1e6;
    return Array.from({ length: Math.floor(most / step) }, (_, i) => (i + 1) * step);
  }

  function monthTicks(base) {
    const first = dayText(now.bars[0][0], about.base), last = dayText(now.bars.at(-1)[1], about.base);
    const months = (Number(last.slice(0, 4)) - Number(first.slice(0, 4))) * 12 + Number(last.slice(5, 7)) - Number(first.slice(5, 7)) + 1;
    const step = [1, 2, 3, 6, 12, 24, 60, 120].find((each) => ((width - LEFT) / months) * each > 42) ?? 240;
    const out = [];
    let year = "";
    for (let month = 0; month < months; month++) {
      const index = Number(first.slice(5, 7)) - 1 + month, label = new Date(Date.UTC(Number(first.slice(0, 4)), index, 1)).toJSON().slice(0, 10);
      if (index % step) continue;
      const day = Math.max((Date.parse(label) - Date.parse(about.base)) / 864e5, now.bars[0][0]), px = x(day);
      if (px > width - 28) continue;
      out.push(svg("line", { class: "axis", x1: px, x2: px, y1: base, y2: base + 3 }));
      out.push(svg("text", { class: "tick", x: px + 1, y: HEIGHT - 17 }, step < 12 ? formatDay(label).split(" ")[1] : label.slice(0, 4)));
      if (step < 12 && label.slice(0, 4) !== year) out.push(svg("text", { class: "tick", x: px + 1, y: HEIGHT - 5 }, (year = label.slice(0, 4))));
    }
    return out;
  }

  function fold() {
    legend.replaceChildren(...now.groups.map((group, g) => html("li", {}, html("span", { class: "key", style: fillStyle(now.fills[g]) }), group)),
      ...[...new Set(now.bars.map((bar) => bar[3]))].filter(Boolean).sort().map((ground) => html("li", {}, html("span", { class: `key ${GROUNDS[ground]}` }), GROUND_WORDS[ground])));
    if (table.open) fillTable();
    if (events.open) fillEvents();
    const seen = shownEvents();
    events.replaceChildren(html("summary", {}, `Other dated events in this time (${seen.length})`), ...(events.open ? [eventList(seen)] : []));
    events.hidden = !now.events.length;
  }
  const shownEvents = () => now.events.filter(([day]) => now.from === null || (day >= now.from && day <= now.to));
  const eventList = (seen) => html("ol", {}, ...seen.map(([day, title, kind, sources]) => html("li", {},
    html("span", { class: "day" }, formatDay(dayText(day, about.base))), ` ${title} `,
    html("span", { class: "quiet" }, `${kind}${sources ? `, ${sources} ${sources === 1 ? "source" : "sources"}` : ""}`))));
  const fillEvents = () => { if (events.children.length < 2) events.append(eventList(shownEvents())); };
  function fillTable() {
    const head = html("tr", {}, html("th", { scope: "col" }, "period"), html("th", { scope: "col", class: "number" }, about.plural), html("th", { scope: "col" }, "searched"));
    const rows = now.bars.map((bar, at) => html("tr", {},
      html("th", { scope: "row" }, html("button", { type: "button", class: "link", onclick: () => onBrush(bar[0], bar[1], true) }, name(at))),
      html("td", { class: "number" }, bar[3] === 3 && !total(at) ? "" : grouped(total(at))), html("td", {}, GROUND_WORDS[bar[3]] || "day by day")));
    table.replaceChildren(table.firstChild, html("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "The bars as a table" }, html("table", {}, html("thead", {}, head), html("tbody", {}, ...rows))));
  }
  table.addEventListener("toggle", () => { if (table.open && now) fillTable(); });
  events.addEventListener("toggle", () => { if (events.open && now) fillEvents(); });
  if (typeof ResizeObserver !== "undefined") {
    new ResizeObserver(([entry]) => { const wide = Math.floor(entry.contentRect.width); if (wide !== width) { width = wide; draw(); } }).observe(box);
  }
  return {
    element,
    /** @param {{bars: number[][], groups: string[], fills: string[][], counts: Uint32Array|number[], from: ?number, to: ?number, kept: ?number[], events: any[]}} given */
    show(given, whole = true) {
      now = given;
      if (!width) width = Math.floor(box.getBoundingClientRect().width);
      draw();
      if (whole) fold();
    },
  };
}
