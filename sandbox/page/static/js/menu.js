/** A menu of actions with arrow keys, for messages. */
import { h } from "./dom.js";
import { float } from "./popover.js";

/**
 * @param {{x: number, y: number} | HTMLElement} anchor
 * @param {string} label
 * @param {Array<{label: string, icon?: Node, group?: string, danger?: boolean, run: () => void}>} actions
 * @param {HTMLElement | null} back where the focus goes afterwards
 */
export function openMenu(anchor, label, actions, back) {
  let close = () => {};
  const rows = actions.map((action, index) => h("button", { type: "button", role: "menuitem", tabindex: index ? "-1" : "0",
    class: action.danger ? "menu-item is-danger" : "menu-item",
    on: { click: () => {
      close();
      action.run();
    } } }, h("span", {}, action.label), action.icon));
  const children = [];
  actions.forEach((action, index) => {
    if (action.group && action.group !== actions[index - 1]?.group) {
      children.push(h("div", { class: "menu-group", role: "presentation" }, action.group));
    }
    children.push(rows[index]);
  });
  const menu = h("div", { class: "menu", role: "menu", "aria-label": label, on: { keydown: key } }, children);
  close = float(menu, anchor, { of: back, onclose: () => back?.focus({ preventScroll: true }) });
  rows[0]?.focus();

  /** @param {KeyboardEvent} event */
  function key(event) {
    const at = rows.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    const steps = { ArrowDown: (at + 1) % rows.length, ArrowUp: (at - 1 + rows.length) % rows.length, Home: 0, End: rows.length - 1 };
    if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      event.stopPropagation();
      close();
    } else if (event.key in steps) {
      event.preventDefault();
      rows[steps[event.key]].focus();
    } else if (event.key.length === 1) {
      const found = rows.find((row) => row.textContent.toLowerCase().startsWith(event.key.toLowerCase()));
      found?.focus();
    }
  }
}
