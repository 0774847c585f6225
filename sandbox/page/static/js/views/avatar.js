/** Round pictures of people: a colour of their own and their initial, drawn and not fetched. */
import { h, icon } from "../dom.js";

/** How many colours the style sheet has for people. */
const HUES = 6;

/**
 * @param {any} user
 * @param {"" | "small" | "tiny"} [size]
 * @returns {HTMLElement}
 */
export function avatar(user, size = "") {
  const look = ["avatar", size && `is-${size}`, user?.bot ? "is-bot" : `hue-${hue(user)}`].filter(Boolean).join(" ");
  return h("span", { class: look, "aria-hidden": "true" }, user?.bot ? icon("book") : initial(user));
}

/** @param {any} user */
function initial(user) {
  return (user?.display_name ?? user?.username ?? "?").slice(0, 1).toUpperCase();
}

/** @param {any} user */
function hue(user) {
  let sum = 0;
  for (const letter of user?.username ?? "") sum += letter.codePointAt(0);
  return sum % HUES;
}

/**
 * The name that people see.
 * @param {any} user as in a message
 * @param {any} store
 * @returns {string}
 */
export function displayName(user, store) {
  return store.user(user.id)?.display_name ?? user.global_name ?? user.username;
}
