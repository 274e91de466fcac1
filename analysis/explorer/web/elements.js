/** Elements of a page: text enters only as text. */

const SVG = "http://www.w3.org/2000/svg";

function filled(element, about, children) {
  for (const [name, value] of Object.entries(about)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ""));
  return element;
}

/** @param {string} tag @param {Object<string, any>} about @param {...(Node|string|null)} children @returns {HTMLElement} */
export function html(tag, about = {}, ...children) { return filled(document.createElement(tag), about, children); }

/** @param {string} tag @param {Object<string, any>} about @param {...(Node|string|null)} children @returns {SVGElement} */
export function svg(tag, about = {}, ...children) { return filled(document.createElementNS(SVG, tag), about, children); }

/** Both colours of a fill, as a style that follows light and dark. @param {string[]} fill */
export function fillStyle(fill) { return `--light:${fill[0]};--dark:${fill[1]}`; }

/** @param {number} number */
export function grouped(number) { return String(number).replace(/\B(?=(\d{3})+$)/g, ","); }
