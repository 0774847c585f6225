/** Buttons: five styles that call the bot, and links. */
import { h, icon } from "../dom.js";

const STYLES = { 1: "primary", 2: "secondary", 3: "success", 4: "danger", 5: "link", 6: "premium" };

/**
 * @param {any} one
 * @param {import("./context.js").Context} context
 * @returns {HTMLElement}
 */
export function button(one, context) {
  const look = `c-button is-${STYLES[one.style] ?? "secondary"}`;
  const emoji = one.emoji && h("span", { class: "c-emoji" }, one.emoji.id ? `:${one.emoji.name}:` : one.emoji.name);
  const label = one.label && h("span", {}, one.label);
  const name = one.label ? null : one.emoji?.name ?? "Button";
  if (one.style === 5) {
    const safe = /^(https?|discord):\/\//i.test(one.url ?? "");
    return h("a", { class: look, href: safe && !one.disabled ? one.url : null, "aria-label": name, target: "_blank",
      rel: "noopener noreferrer", title: one.url, "aria-disabled": one.disabled || !safe ? "true" : null,
      role: safe && !one.disabled ? null : "link" }, emoji, label, icon("out"));
  }
  const busy = context.busy === one.custom_id;
  return h("button", { type: "button", class: busy ? `${look} is-busy` : look, "aria-label": name,
    disabled: Boolean(one.disabled), "aria-busy": busy ? "true" : null, dataset: { customId: one.custom_id },
    on: { click: () => !context.busy && context.actions.press(context.message, one.custom_id) } }, emoji, label);
}
