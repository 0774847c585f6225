/** Discord's message components as controls. Numbers are Discord's component types. */
import { h } from "../dom.js";
import { hex, renderMarkdown } from "../markdown/render.js";
import { button } from "./button.js";
import { covered } from "./cover.js";
import { file, gallery, thumbnail } from "./media.js";
import { select } from "./select.js";

/** @typedef {import("./context.js").Context} Context */

const RENDERERS = {
  1: (one, context) => h("div", { class: "c-row" }, children(one, context)),
  2: button,
  3: select,
  5: select,
  6: select,
  7: select,
  8: select,
  9: section,
  10: (one, context) => h("div", { class: "c-text md" }, renderMarkdown(one.content, context.store)),
  11: thumbnail,
  12: gallery,
  13: file,
  14: separator,
  17: container,
};

/**
 * Renders one component with everything inside it.
 * @param {any} component as Discord's API has it
 * @param {Context} context
 * @returns {HTMLElement}
 */
export function renderComponent(component, context) {
  const renderer = RENDERERS[component.type];
  if (!renderer) return h("div", { class: "c-unknown" }, `This page can't show components of type ${component.type}.`);
  return renderer(component, context);
}

/** @param {any} parent @param {Context} context */
function children(parent, context) {
  return (parent.components ?? []).map((child) => renderComponent(child, context));
}

/** @param {any} one @param {Context} context */
function section(one, context) {
  return h("div", { class: "c-section" }, h("div", { class: "c-section-text" }, children(one, context)),
    one.accessory && h("div", { class: "c-accessory" }, renderComponent(one.accessory, context)));
}

/** @param {any} one */
function separator(one) {
  const large = one.spacing === 2 ? " is-large" : "";
  // Without its line a separator is only room.
  return one.divider === false ? h("div", { class: `c-space${large}` }) : h("hr", { class: `c-separator${large}` });
}

/** @param {any} one @param {Context} context */
function container(one, context) {
  const inside = children(one, context);
  const box = h("div", { class: one.accent_color === null || one.accent_color === undefined ? "c-container" : "c-container has-accent",
    vars: { "--accent-bar": hex(one.accent_color) ?? (one.accent_color === 0 ? "#000000" : null) } });
  box.append(...(one.spoiler ? [covered(inside)] : inside));
  return box;
}
