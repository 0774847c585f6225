/** Servers and channels at the left, and the person one acts as. */
import { fill, h, icon } from "../dom.js";
import { channelIcon } from "../components/options.js";
import { openMenu } from "../menu.js";
import { avatar } from "./avatar.js";
import { oneStop, roving } from "./roving.js";

const THREADS = new Set([10, 11, 12]);

/**
 * Keeps the left side in step.
 * @param {any} store
 * @param {{go: (id: string) => void, actAs: (person: any) => void}} page
 */
export function mountPlaces(store, page) {
  const rail = document.getElementById("rail");
  const channels = document.getElementById("channels");
  roving(rail, "button");
  roving(channels, "button");
  const draw = () => {
    drawRail(rail, store, page);
    drawChannels(channels, store, page);
    drawSelf(document.getElementById("self"), store, page);
    document.getElementById("place-name").replaceChildren(h("h2", {}, store.guild?.name ?? "Direct messages"));
  };
  for (const topic of ["snapshot", "place", "world", "bot"]) store.on(topic, draw);
}

function drawRail(rail, store, page) {
  const home = store.dm && h("button", { type: "button", class: "server is-dm", "aria-label": "Direct messages", title: "Direct messages",
    "aria-current": store.guild ? null : "page", on: { click: () => page.go(store.dm.id) } }, icon("at"), dot(store, [store.dm]));
  const servers = store.guilds.map((guild) => h("button", { type: "button", class: "server", title: guild.name, "aria-label": guild.name,
    "aria-current": store.guild?.id === guild.id ? "page" : null, on: { click: () => page.go(entrance(store, guild)) } },
  h("span", { "aria-hidden": "true" }, guild.name.split(/\s+/).map((word) => word[0]).join("").slice(0, 3)), dot(store, guild.channels)));
  keepFocus(rail, () => fill(rail, home, h("hr"), servers));
  oneStop(rail, "button");
}

/** A mark for something unread. */
function dot(store, channels) {
  return channels.some((channel) => store.unread.has(channel.id)) && h("span", { class: "unread-dot" }, h("span", { class: "only-heard" }, "unread"));
}

/** The channel that one enters a server by: where one was, else the first with text. */
function entrance(store, guild) {
  if (store.guild?.id === guild.id) return store.place;
  return store.lastIn?.get(guild.id) ?? guild.channels.find((channel) => channel.type === 0 && channel.can_view !== false)?.id ?? guild.channels[0]?.id;
}

function drawChannels(nav, store, page) {
  const guild = store.guild;
  const list = guild ? visible(guild) : [store.dm].filter(Boolean);
  const rows = list.map((channel) => {
    const direct = channel.type === 1;
    const unread = store.unread.has(channel.id);
    return h("li", {}, h("button", { type: "button", class: ["channel", THREADS.has(channel.type) && "is-thread", unread && "is-unread"].filter(Boolean).join(" "),
      "aria-current": channel.id === store.place ? "page" : null,
      on: { click: () => page.go(channel.id) } },
    direct ? avatar(store.bot.user, "small") : channelIcon(channel.type),
    h("span", { class: "channel-name" }, direct ? store.bot.user.display_name : channel.name),
    unread && h("span", { class: "only-heard" }, "unread")));
  });
  keepFocus(nav, () => fill(nav, h("ul", {}, rows)));
  oneStop(nav, "button:not(:disabled)");
}

/** Channels in their order, each with its threads under it. */
function visible(guild) {
  const seen = guild.channels.filter((channel) => channel.can_view !== false);
  return seen.filter((channel) => !THREADS.has(channel.type))
    .flatMap((channel) => [channel, ...seen.filter((thread) => THREADS.has(thread.type) && thread.parent_id === channel.id)]);
}

function drawSelf(box, store, page) {
  if (!store.me) return;
  const button = h("button", { type: "button", class: "self-button", "aria-haspopup": "menu", title: "Act as somebody else",
    on: { click: () => openMenu(button, "Act as", store.people.map((person) => ({ group: "Act as",
      label: `${person.display_name}: ${person.about}`, icon: person.id === store.me.id ? icon("check") : undefined,
      run: () => page.actAs(person) })), button) } },
  avatar(store.me, "small"), h("span", { class: "self-text" }, h("span", { class: "only-heard" }, "Acting as "),
    h("strong", {}, store.me.display_name), h("span", { class: "self-about" }, store.me.about)), icon("down"));
  keepFocus(box, () => fill(box, button));
}

/** Draws anew without losing the place of the focus. */
function keepFocus(container, draw) {
  const buttons = [...container.querySelectorAll("button")];
  const at = buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
  draw();
  if (at >= 0) container.querySelectorAll("button")[at]?.focus();
}
