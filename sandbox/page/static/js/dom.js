/**
 * Building the document out of nodes. Nothing in this page turns a string into
 * markup: what people type only ever becomes the text of a text node.
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * Makes an element.
 * @param {string} tag
 * @param {Record<string, any>} [props] `class`, `on` (listeners), `dataset`, `vars` (CSS variables), else attributes;
 *   `null`, `undefined` and `false` leave an attribute out.
 * @param {...(Node|string|number|null|undefined|false|Array<any>)} children
 * @returns {HTMLElement}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") {
      for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    } else if (name === "dataset") {
      Object.assign(element.dataset, value);
    } else if (name === "vars") {
      for (const [key, setting] of Object.entries(value)) if (setting) element.style.setProperty(key, setting);
    } else {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  append(element, children);
  return element;
}

/**
 * Appends children, flattening arrays; strings and numbers become text nodes.
 * @param {Node} parent
 * @param {Array<any>} children
 */
export function append(parent, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    parent.appendChild(child instanceof Node ? child : document.createTextNode(String(child)));
  }
}

/**
 * Replaces everything inside an element.
 * @param {Element} parent
 * @param {...any} children
 */
export function fill(parent, ...children) {
  parent.replaceChildren();
  append(parent, children);
}

/** Stroked 24 x 24 drawings of our own. */
const PATHS = {
  hash: "M5 9h15 M4 15h15 M10 4 8 20 M16 4l-2 16",
  megaphone: "M4 10v4h3l9 5V5l-9 5H4z M19 9.5c1.2 1.4 1.2 3.6 0 5",
  thread: "M5 5v7a4 4 0 0 0 4 4h10 M15 12l4 4-4 4",
  forum: "M4 5h12v8H9l-5 4V5z M19 9v10l-4-3h-4",
  at: "M16 12a4 4 0 1 1-8 0 4 4 0 0 1 8 0zm0 0v1.5a2.5 2.5 0 0 0 5 0V12a9 9 0 1 0-3.6 7.2",
  menu: "M4 7h16 M4 12h16 M4 17h16",
  people: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7z M2.5 20c0-3.6 2.9-6 6.5-6s6.5 2.4 6.5 6 M16 4.3a3.5 3.5 0 0 1 0 6.4 M18 14.4c2.2.8 3.5 2.8 3.5 5.6",
  send: "M4 12 20 4l-5 16-3.5-6.5L4 12z",
  close: "M6 6l12 12 M18 6 6 18",
  dots: "M4.4 12a.6.6 0 1 0 1.2 0 .6.6 0 1 0-1.2 0z M11.4 12a.6.6 0 1 0 1.2 0 .6.6 0 1 0-1.2 0z M18.4 12a.6.6 0 1 0 1.2 0 .6.6 0 1 0-1.2 0z",
  reply: "M10 6 4 12l6 6 M4 12h9a7 7 0 0 1 7 7",
  code: "M8 7l-5 5 5 5 M16 7l5 5-5 5",
  clock: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M12 7v5l3.5 2",
  down: "M6 9l6 6 6-6",
  right: "M9 6l6 6-6 6",
  plus: "M12 5v14 M5 12h14",
  eye: "M2 12s3.6-6.5 10-6.5S22 12 22 12s-3.6 6.5-10 6.5S2 12 2 12z M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z",
  out: "M14 4h6v6 M20 4 10 14 M18 14v6H4V6h6",
  slash: "M4 4h16v16H4z M14 8l-4 8",
  copy: "M9 9h11v11H9z M5 15H4V4h11v1",
  bolt: "M13 3 5 13.5h6L10 21l9-11h-6.5L13 3z",
  question: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18z M9.5 9.5a2.5 2.5 0 1 1 3.6 2.3c-.8.4-1.1 1-1.1 1.9 M12 16.7h.01",
  check: "M5 12.5l4.5 4.5L19 7",
  book: "M12 6c-2-1.5-5-2-8-2v14c3 0 6 .5 8 2 2-1.5 5-2 8-2V4c-3 0-6 .5-8 2zm0 0v14",
  file: "M6 3h8l5 5v13H6z M14 3v5h5",
  warn: "M12 4 2.5 20h19L12 4z M12 10v4.5 M12 17.3h.01",
};

/**
 * A decorative icon (hidden from screen readers: the control around it has the name).
 * @param {keyof typeof PATHS} name
 * @returns {SVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.appendChild(path);
  return svg;
}

let serial = 0;

/**
 * A fresh id for aria references.
 * @param {string} prefix
 * @returns {string}
 */
export function uid(prefix) {
  serial += 1;
  return `${prefix}-${serial}`;
}

/**
 * A small labelled button that shows only an icon.
 * @param {keyof typeof PATHS} name
 * @param {string} label
 * @param {(event: Event) => void} onclick
 * @param {Record<string, any>} [props]
 */
export function iconButton(name, label, onclick, props = {}) {
  return h("button", { type: "button", "aria-label": label, title: label, ...props,
    class: `icon-button ${props.class ?? ""}`.trim(), on: { click: onclick } }, icon(name));
}

/**
 * Says something to screen readers without showing it.
 * @param {string} text
 */
export function announce(text) {
  const region = document.getElementById("announcer");
  if (region) region.textContent = text;
}
