/** What stands at the beginning of a channel. */
import { h } from "../dom.js";
import { channelIcon } from "../components/options.js";
import { avatar } from "./avatar.js";

/**
 * @param {any} store
 * @returns {HTMLElement}
 */
export function channelStart(store) {
  const channel = store.channel;
  if (!channel) return h("div", {});
  const direct = channel.type === 1;
  return h("div", { class: "start" },
    direct ? avatar(store.bot.user) : h("span", { class: "start-icon", "aria-hidden": "true" }, channelIcon(channel.type)),
    h("h2", {}, direct ? store.bot.user.display_name : `Welcome to #${channel.name}`),
    h("p", {}, direct ? "This is the start of your direct messages with the bot."
      : channel.topic || `This is the start of #${channel.name} in ${store.guild?.name ?? "this server"}.`));
}
