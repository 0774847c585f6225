/** A picture as large as the window, with its description. */
import { h } from "../dom.js";
import { openDialog } from "./dialog.js";

/**
 * @param {string} address
 * @param {string} description
 */
export function lightbox(address, description) {
  openDialog({ title: "Picture", class: "lightbox", body: [
    h("img", { src: address, alt: description }),
    description && h("p", { class: "lightbox-alt" }, description),
  ] });
}
