/** A picture on the whole window: it fits first, and full size can be moved about in. */
import { h } from "../dom.js";
import { openDialog } from "./dialog.js";

const FIT = "Fit to the window";
const FULL = "Show full size";
/** How far an arrow key moves, in CSS pixels. */
const STEP = 60;

/**
 * @param {string} address
 * @param {string} description
 */
export function lightbox(address, description) {
  const image = h("img", { src: address, alt: description, draggable: "false" });
  const frame = h("div", { class: "lightbox-frame", tabindex: "0", role: "group",
    "aria-label": "Picture; arrow keys move a picture of full size" }, image);
  const zoom = h("button", { type: "button", class: "c-button is-secondary", "aria-pressed": "false", on: { click: () => size(!full()) } }, FULL);
  const full = () => frame.classList.contains("is-full");
  const size = (large, at = { x: 0.5, y: 0.5 }) => {
    frame.classList.toggle("is-full", large);
    zoom.setAttribute("aria-pressed", String(large));
    zoom.textContent = large ? FIT : FULL;
    if (large) frame.scrollTo(at.x * image.offsetWidth - frame.clientWidth / 2, at.y * image.offsetHeight - frame.clientHeight / 2);
  };
  pan(frame, (event) => {
    const box = image.getBoundingClientRect();
    size(!full(), { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height });
  });
  frame.addEventListener("keydown", (event) => {
    const [x, y] = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key] ?? [0, 0];
    if (!x && !y) return;
    event.preventDefault();
    frame.scrollBy(x, y);
  });
  openDialog({ title: "Picture", class: "lightbox", body: frame,
    footer: [description && h("p", { class: "lightbox-alt", title: description }, description), zoom] });
}

/** Dragging moves the picture; a press without a move is a click. */
function pan(frame, clicked) {
  let from = null;
  frame.addEventListener("pointerdown", (event) => {
    from = { x: event.clientX, y: event.clientY, left: frame.scrollLeft, top: frame.scrollTop, moved: false };
    if (event.pointerType === "mouse") frame.setPointerCapture(event.pointerId);
  });
  frame.addEventListener("pointermove", (event) => {
    if (!from) return;
    const [x, y] = [event.clientX - from.x, event.clientY - from.y];
    from.moved ||= Math.hypot(x, y) > 5;
    // A finger scrolls by itself.
    if (event.pointerType === "mouse") frame.scrollTo(from.left - x, from.top - y);
  });
  frame.addEventListener("pointercancel", () => {
    from = null;
  });
  frame.addEventListener("pointerup", (event) => {
    if (from && !from.moved) clicked(event);
    from = null;
  });
}
