/** What hides a spoiler that is larger than words. */
import { h } from "../dom.js";

/**
 * Something hidden behind a button until it is pressed.
 * @param {Node[]} inside
 */
export function covered(inside) {
  const content = h("div", { class: "cover-content", inert: true }, inside);
  const cover = h("div", { class: "cover" }, content, h("button", { type: "button", class: "cover-button",
    "aria-label": "Spoiler: press to show", on: { click: () => {
      content.removeAttribute("inert");
      cover.classList.add("is-open");
      cover.querySelector(".cover-button")?.remove();
    } } }, "SPOILER"));
  return cover;
}
