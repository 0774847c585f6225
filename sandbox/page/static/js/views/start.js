/** What stands at the beginning of a channel. */
import { h } from "../dom.js";
import { channelIcon } from "../components/options.js";
import { FORUM } from "../store.js";
import { avatar } from "./avatar.js";

/** A forum holds posts and no messages of its own: here they are listed, the newest first. */
function forumStart(store, channel) {
  const posts = [...store.channels.values()].filter((one) => one.parent_id === channel.id && one.can_view !== false)
    .sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? 1 : -1));
  return h("div", { class: "start" },
    h("span", { class: "start-icon", "aria-hidden": "true" }, channelIcon(channel.type)),
    h("h2", {}, channel.name),
    h("p", {}, channel.topic || (posts.length ? "Pick a post to read it." : "Nobody has posted here yet. A daily quote can: choose this forum in /daily schedule.")),
    posts.length ? h("ul", { class: "posts", "aria-label": "Posts" }, posts.map((post) => h("li", {},
      h("button", { type: "button", class: "post", on: { click: () => store.go(post.id) } }, channelIcon(post.type), h("span", {}, post.name))))) : null);
}

/**
 * @param {any} store
 * @returns {HTMLElement}
 */
export function channelStart(store) {
  const channel = store.channel;
  if (!channel) return h("div", {});
  if (channel.type === FORUM) return forumStart(store, channel);
  const direct = channel.type === 1;
  return h("div", { class: "start" },
    direct ? avatar(store.bot.user) : h("span", { class: "start-icon", "aria-hidden": "true" }, channelIcon(channel.type)),
    h("h2", {}, direct ? store.bot.user.display_name : `Welcome to #${channel.name}`),
    h("p", {}, direct ? "This is the start of your direct messages with the bot."
      : channel.topic || `This is the start of #${channel.name} in ${store.guild?.name ?? "this server"}.`));
}
