/** What can be picked: people, roles and channels of the place on show, as options of a list. */
import { avatar } from "../views/avatar.js";
import { h, icon } from "../dom.js";
import { hex } from "../markdown/render.js";

const KINDS = { 0: "hash", 1: "at", 5: "megaphone", 10: "thread", 11: "thread", 12: "thread", 15: "forum" };

/**
 * The icon of a channel's kind.
 * @param {number} type
 * @returns {Node}
 */
export function channelIcon(type) {
  return icon(KINDS[type] ?? "hash");
}

/** @param {any} store @returns {import("../listbox.js").Option[]} */
export function peopleOptions(store) {
  const guild = store.guild;
  const people = guild ? guild.members.map((id) => store.user(id)).filter(Boolean) : [store.me, store.bot.user];
  return people.map((person) => ({ value: person.id, label: person.display_name, description: person.username,
    icon: avatar(person, "small") }));
}

/** @param {any} store @returns {import("../listbox.js").Option[]} */
export function roleOptions(store) {
  return (store.guild?.roles ?? []).filter((role) => !role.managed).map((role) => ({ value: role.id,
    label: role.name.startsWith("@") ? role.name : `@${role.name}`,
    icon: h("span", { class: "role-dot", vars: { "--role": hex(role.color) } }) }));
}

/** @param {any} store @param {number[]} [types] @returns {import("../listbox.js").Option[]} */
export function channelOptions(store, types) {
  return (store.guild?.channels ?? [])
    .filter((channel) => channel.can_view !== false && (!types?.length || types.includes(channel.type)))
    .map((channel) => ({ value: channel.id, label: channel.name, icon: channelIcon(channel.type) }));
}

/**
 * The options of a select component.
 * @param {any} one
 * @param {any} store
 * @returns {import("../listbox.js").Option[]}
 */
export function selectOptions(one, store) {
  switch (one.type) {
    case 5:
      return peopleOptions(store);
    case 6:
      return roleOptions(store);
    case 7:
      return [...peopleOptions(store), ...roleOptions(store)];
    case 8:
      return channelOptions(store, one.channel_types);
    default:
      return (one.options ?? []).map((option) => ({ value: option.value, label: option.label, description: option.description,
        icon: option.emoji ? h("span", { class: "c-emoji" }, option.emoji.id ? `:${option.emoji.name}:` : option.emoji.name) : undefined }));
  }
}
