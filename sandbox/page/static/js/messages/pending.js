/** Commands on their way: sending, and those that nobody answered. */
import { h, icon } from "../dom.js";
import { avatar, displayName } from "../views/avatar.js";

/**
 * @param {any} entry
 * @param {any} store
 * @param {any} actions
 * @returns {HTMLElement}
 */
export function renderPending(entry, store, actions) {
  const bot = store.bot.user;
  const failed = entry.state === "failed";
  return h("div", { class: failed ? "message is-ephemeral is-failed" : "message is-sending", role: failed ? "alert" : "status" },
    h("div", { class: "message-context" }, avatar(store.me, "tiny"), h("span", { class: "context-who" }, store.me.display_name),
      " used ", h("span", { class: "context-what" }, entry.label)),
    h("div", { class: "message-main" }, h("span", { class: "message-side" }, avatar(bot)),
      h("div", { class: "message-body" },
        h("div", { class: "message-head" }, h("span", { class: "author" }, displayName(bot, store)), h("span", { class: "app-tag" }, "APP")),
        failed ? [
          h("div", { class: "interaction-failed" }, icon("warn"), entry.reason ?? "The application did not respond"),
          h("div", { class: "ephemeral-note" }, icon("eye"), "Only you can see this · ",
            h("button", { type: "button", class: "link-button", on: { click: () => actions.forget(entry.nonce) } }, "Dismiss message")),
        ] : h("div", { class: "thinking" }, h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")), "Sending command…"))));
}
