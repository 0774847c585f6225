/** Things that float beside what opened them: menus and the lists of selects. They live in the top layer. */

const GAP = 6;
const EDGE = 8;
const PARTS = "dialog, main, nav, aside, section[aria-label]";

let current = null;
let anchored = null;

/** What is told to the document when something that floated has closed. */
export const CLOSED = "floating-closed";

/**
 * Whether something floats beside a control of this element: then it must not be drawn anew just now.
 * @param {Element} element
 * @returns {boolean}
 */
export function floatsBeside(element) {
  return Boolean(current) && anchored instanceof HTMLElement && element.contains(anchored);
}

/**
 * Shows an element beside an anchor (or a point) and closes it on outside presses and resizing.
 * @param {HTMLElement} element
 * @param {HTMLElement | {x: number, y: number}} anchor
 * @param {{onclose?: () => void, width?: boolean, of?: HTMLElement | null}} [settings] `width`: as wide as the anchor;
 *   `of`: whom it belongs to, where the anchor is a point
 * @returns {() => void} closes it
 */
export function float(element, anchor, { onclose, width = false, of = null } = {}) {
  current?.();
  element.setAttribute("popover", "manual");
  element.classList.add("floating");
  // In the part of the page that it belongs to: there a screen reader that goes by parts finds it.
  const owner = anchor instanceof HTMLElement ? anchor : of;
  (owner?.closest(PARTS) ?? document.body).appendChild(element);
  element.showPopover();
  if (width && anchor instanceof HTMLElement) element.style.minWidth = `${anchor.offsetWidth}px`;
  place(element, anchor);

  const outside = (event) => {
    const inAnchor = anchor instanceof HTMLElement && anchor.contains(event.target);
    if (!element.contains(event.target) && !inAnchor) close();
  };
  // New messages move what is under it: it goes along, and closes when its anchor has left or is gone.
  const scrolled = (event) => {
    if (!(anchor instanceof HTMLElement) || element.contains(event.target)) return;
    if (anchor.isConnected && inView(anchor)) place(element, anchor);
    else close();
  };
  function close() {
    if (current !== close) return;
    current = null;
    anchored = null;
    document.removeEventListener("pointerdown", outside, true);
    window.removeEventListener("resize", close);
    document.removeEventListener("scroll", scrolled, true);
    element.remove();
    onclose?.();
    document.dispatchEvent(new Event(CLOSED));
  }
  current = close;
  anchored = anchor;
  document.addEventListener("pointerdown", outside, true);
  window.addEventListener("resize", close);
  document.addEventListener("scroll", scrolled, true);
  return close;
}

/** @param {HTMLElement} anchor */
function inView(anchor) {
  const { top, bottom } = anchor.getBoundingClientRect();
  return bottom > 0 && top < window.innerHeight;
}

/** Below where there is room, else above; always inside the window. */
function place(element, anchor) {
  element.style.maxHeight = "";
  const box = element.getBoundingClientRect();
  const at = anchor instanceof HTMLElement ? anchor.getBoundingClientRect()
    : { left: anchor.x, right: anchor.x, top: anchor.y, bottom: anchor.y };
  const below = window.innerHeight - at.bottom - GAP - EDGE;
  const above = at.top - GAP - EDGE;
  const up = box.height > below && above > below;
  const height = Math.min(box.height, up ? above : below);
  element.style.maxHeight = `${Math.max(height, 120)}px`;
  element.style.top = `${Math.max(EDGE, up ? at.top - GAP - height : at.bottom + GAP)}px`;
  element.style.left = `${Math.max(EDGE, Math.min(at.left, window.innerWidth - box.width - EDGE))}px`;
}
