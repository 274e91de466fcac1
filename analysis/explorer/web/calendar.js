/** A calendar: a square for each day, or for each month where the days are too many. */

import { grouped, html, svg } from "./elements.js";
import { words } from "./bars.js";
import { dayText, formatDay } from "./state.js";

const CELL = 13, GAP = 14, HEAD = 16;
const NAMES = "J F M A M J J A S O N D".split(" ");

/** Upper bound of each shade: one to five, or equal ratios where a day has more than ten. @returns {number[]} */
export function shadeBounds(most) {
  const steps = [1, 2, 3, 4, 5];
  return most <= 10 ? steps : steps.map((step) => Math.ceil(Number((most ** (step / 5)).toFixed(6))));
}

/** @param {any} head @param {(from: number, to: number) => void} onPick */
export function calendarView(head, onPick) {
  const picture = svg("svg", { "aria-hidden": "true", class: "calendar" });
  const tip = html("p", { class: "tip" }), key = html("ul", { class: "legend" });
  const element = html("div", { class: "calendar-box" }, html("div", { class: "picture" }, picture), tip, key);
  const daily = Boolean(head.periods.day);
  const cells = daily ? head.periods.day.bars : (head.periods.month ?? head.periods.quarter).bars;
  const perYear = daily || head.periods.month ? 12 : 4;
  /** @type {SVGElement[]} */
  let squares = [];
  let width = 0, numbers = null, possible = null;

  function place() {
    const parts = [];
    squares = [];
    if (daily) {
      const across = Math.max(1, Math.floor((width + GAP) / (7 * CELL + GAP)));
      let month = "", slot = -1, year = "";
      let bottom = 0;
      cells.forEach(([day], at) => {
        const text = dayText(day, head.base), date = new Date(`${text}T00:00Z`);
        if (text.slice(0, 7) !== month) {
          month = text.slice(0, 7);
          slot++;
          const left = (slot % across) * (7 * CELL + GAP), top = Math.floor(slot / across) * (6 * CELL + HEAD + 8);
          const label = formatDay(`${month}-01`).split(" ").slice(1);
          parts.push(svg("text", { class: "month", x: left, y: top + 10 }, label[1] === year ? label[0] : label.join(" ")));
          year = label[1];
        }
        const left = (slot % across) * (7 * CELL + GAP), top = Math.floor(slot / across) * (6 * CELL + HEAD + 8) + HEAD;
        const lead = (new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1)).getUTCDay() + 6) % 7;
        const order = lead + date.getUTCDate() - 1;
        squares.push(svg("rect", { x: left + (order % 7) * CELL, y: top + Math.floor(order / 7) * CELL, width: CELL - 2, height: CELL - 2, "data-at": at }));
        bottom = Math.max(bottom, top + 6 * CELL);
      });
      picture.setAttribute("height", String(bottom));
    } else {
      const first = Number(dayText(cells[0][0], head.base).slice(0, 4)), size = Math.min(26, Math.max(9, (width - 40) / perYear));
      const high = Math.min(size, CELL);
      for (let m = 0; m < perYear; m++) parts.push(svg("text", { class: "month", x: 40 + m * size + size / 2 - 3, y: 10 }, perYear === 12 ? NAMES[m] : `Q${m + 1}`));
      cells.forEach(([day], at) => {
        const text = dayText(day, head.base), row = Number(text.slice(0, 4)) - first;
        const column = Math.floor((Number(text.slice(5, 7)) - 1) / (12 / perYear));
        if (!column || !at) parts.push(svg("text", { class: "month", x: 0, y: HEAD + row * high + 9 }, text.slice(0, 4)));
        squares.push(svg("rect", { x: 40 + column * size, y: HEAD + row * high, width: size - 2, height: high - 2, "data-at": at }));
      });
      picture.setAttribute("height", String(HEAD + high * (Number(dayText(cells.at(-1)[0], head.base).slice(0, 4)) - first + 1)));
    }
    picture.setAttribute("width", String(width));
    picture.replaceChildren(...parts, ...squares);
    if (numbers) paint();
  }

  const spans = cells.map(([start, end]) => [start, end]);
  const say = (at) => {
    const [start, end] = spans[at], first = formatDay(dayText(start, head.base)), last = formatDay(dayText(end, head.base));
    const more = possible[at] ? `, ${grouped(possible[at])} more possible` : "";
    return `${first === last ? first : `${first} to ${last}`}: ${words(numbers[at], cells[at][3], head)}${more}`;
  };
  const over = (event) => { const at = event.target.getAttribute?.("data-at"); return at === null || at === undefined ? -1 : Number(at); };
  picture.addEventListener("pointermove", (event) => { const at = over(event); if (at >= 0 && numbers) tip.textContent = say(at); });
  picture.addEventListener("click", (event) => { const at = over(event); if (at >= 0) onPick(...spans[at]); });

  let chosen = [null, null], before = [];
  function paint() {
    let most = 1;
    for (const number of numbers) if (number > most) most = number;
    const bounds = shadeBounds(most);
    squares.forEach((square, at) => {
      const number = numbers[at], ground = cells[at][3];
      const shade = number ? `s${bounds.findIndex((bound) => number <= bound)}` : ["none", "weekly", "sparse", "nobody"][ground];
      const out = chosen[0] !== null && (spans[at][1] < chosen[0] || spans[at][0] > chosen[1]);
      const look = `${shade}${possible[at] ? " possible" : ""}${out ? " out" : ""}`;
      if (before[at] !== look || square.getAttribute("class") !== look) square.setAttribute("class", (before[at] = look));
    });
    const several = most > 10;
    key.replaceChildren(...bounds.filter((bound) => several || bound <= most).map((bound, at) => html("li", {}, html("span", { class: `key s${at}` }), `${several ? "\u2264" : ""}${grouped(bound)}`)),
      html("li", {}, html("span", { class: "key possible" }), "another day possible"));
  }
  if (typeof ResizeObserver !== "undefined") {
    new ResizeObserver(([entry]) => { const wide = Math.floor(entry.contentRect.width); if (wide && wide !== width) { width = wide; place(); } }).observe(element);
  }
  return {
    element,
    /** @param {{best: Uint32Array, possible: Uint32Array}} days @param {?number} from @param {?number} to */
    show(days, from, to) {
      if (daily) [numbers, possible] = [cells.map(([day]) => days.best[day]), cells.map(([day]) => days.possible[day])];
      else [numbers, possible] = [days.best, days.possible].map((of) => spans.map(([start, end]) => { let sum = 0; for (let d = start; d <= end; d++) sum += of[d]; return sum; }));
      if (!daily) possible = possible.map(() => 0); // a range within one month is no other month
      chosen = [from, to];
      if (!squares.length) { width = width || Math.floor(element.getBoundingClientRect().width); if (width) place(); } else paint();
    },
  };
}


