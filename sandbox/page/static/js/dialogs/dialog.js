/** Dialogs on the browser's own `<dialog>`: it keeps the focus inside and gives it back. */
import { h, iconButton, uid } from "../dom.js";

/**
 * Opens a dialog.
 * @param {{title: string, body: any, footer?: any, class?: string, onclose?: () => void, form?: (event: Event) => void,
 *   note?: any}} settings
 * @returns {{element: HTMLDialogElement, close: () => void}}
 */
export function openDialog({ title, body, footer, class: look = "", onclose, form, note }) {
  const heading = uid("dialog");
  const close = () => element.close();
  const inner = h(form ? "form" : "div", { class: "dialog-inner", novalidate: form ? true : null,
    on: form ? { submit: (event) => {
      event.preventDefault();
      form(event);
    } } : {} },
  h("header", { class: "dialog-head" }, h("h2", { id: heading }, title), iconButton("close", "Close", close)),
  note, h("div", { class: "dialog-body" }, body), footer && h("footer", { class: "dialog-foot" }, footer));
  const element = /** @type {HTMLDialogElement} */ (h("dialog", { class: `dialog ${look}`.trim(), "aria-labelledby": heading }, inner));
  element.addEventListener("close", () => {
    element.remove();
    onclose?.();
  });
  // On the way down, not on the click: marking text and letting go outside must not close it.
  element.addEventListener("pointerdown", (event) => event.target === element && close());
  document.body.appendChild(element);
  element.showModal();
  return { element, close };
}
