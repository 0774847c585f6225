/** Things that float beside what opened them: menus and the lists of selects. They live in the top layer. */

const GAP = 6;
const EDGE = 8;

let current = null;

/**
 * Shows an element beside an anchor (or a point) and closes it on Esc, outside presses, scrolling and resizing.
 * @param {HTMLElement} element
 * @param {HTMLElement | {x: number, y: number}} anchor
 * @param {{onclose?: () => void, width?: boolean}} [settings] `width`: as wide as the anchor
 * @returns {() => void} closes it
 */
export function float(element, anchor, { onclose, width = false } = {}) {
  current?.();
  element.setAttribute("popover", "manual");
  element.classList.add("floating");
  const host = anchor instanceof HTMLElement ? anchor.closest("dialog") ?? document.body : document.body;
  host.appendChild(element);
  element.showPopover();
  if (width && anchor instanceof HTMLElement) element.style.minWidth = `${anchor.offsetWidth}px`;
  place(element, anchor);

  const outside = (event) => {
    const inAnchor = anchor instanceof HTMLElement && anchor.contains(event.target);
    if (!element.contains(event.target) && !inAnchor) close();
  };
  const scrolled = (event) => !element.contains(event.target) && close();
  function close() {
    if (current !== close) return;
    current = null;
    document.removeEventListener("pointerdown", outside, true);
    window.removeEventListener("resize", close);
    document.removeEventListener("scroll", scrolled, true);
    element.remove();
    onclose?.();
  }
  current = close;
  document.addEventListener("pointerdown", outside, true);
  window.addEventListener("resize", close);
  // The press that opened it may still be scrolling its row into view.
  window.setTimeout(() => current === close && document.addEventListener("scroll", scrolled, true), 80);
  return close;
}

/** Below where there is room, else above; always inside the window. */
function place(element, anchor) {
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
