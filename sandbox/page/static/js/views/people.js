/** The people of the place on show, and its header. */
import { fill, h, icon, iconButton } from "../dom.js";
import { channelIcon } from "../components/options.js";
import { hex } from "../markdown/render.js";
import { avatar } from "./avatar.js";

/**
 * @param {any} store
 */
export function mountPeople(store) {
  const box = document.getElementById("people");
  const draw = () => {
    const guild = store.guild;
    const ids = guild ? guild.members : [store.me?.id, store.bot.user?.id].filter(Boolean);
    const people = ids.map((id) => store.user(id)).filter(Boolean);
    fill(box, h("h2", {}, `People · ${people.length}`), h("ul", {}, people.map((person) => row(person, store, guild))));
  };
  for (const topic of ["snapshot", "place", "world", "bot"]) store.on(topic, draw);
}

function row(person, store, guild) {
  const held = guild?.member_roles?.[person.id] ?? [];
  const top = (guild?.roles ?? []).filter((role) => held.includes(role.id) && role.color).sort((a, b) => b.position - a.position)[0];
  const online = person.bot ? store.bot.online : person.online;
  const state = person.bot ? (online ? "online" : "offline") : online ? "here" : "away";
  return h("li", { class: online ? "person" : "person is-away" },
    h("span", { class: "person-face" }, avatar(person, "small"), h("span", { class: online ? "state is-on" : "state", "aria-hidden": "true" })),
    h("span", { class: "person-text" },
      h("span", { class: "author", vars: { "--role": hex(top?.color) } }, person.display_name),
      person.bot && h("span", { class: "app-tag" }, "APP"),
      h("span", { class: "person-about" }, person.id === store.me?.id ? "you" : person.bot ? state : person.about),
      h("span", { class: "only-heard" }, `, ${state}`)));
}

/**
 * The header over the messages.
 * @param {any} store
 * @param {(door: import("./drawers.js").Door) => void} toggle opens and closes a drawer
 */
export function mountHead(store, toggle) {
  const head = document.getElementById("head");
  const title = h("div", { class: "head-title" });
  const door = (drawing, label, name, look) => iconButton(drawing, label, () => toggle(name),
    { class: look, "aria-expanded": "false", "aria-controls": name });
  const doors = {
    left: door("menu", "Servers and channels", "left", "only-narrow"),
    people: door("people", "People", "people", "only-medium"),
    demo: door("clock", "Clock and faults", "demo", "only-medium"),
  };
  head.append(doors.left, title, doors.people, doors.demo);
  const draw = () => {
    const channel = store.channel;
    if (!channel) {
      fill(title, h("h1", { class: "head-name" }, store.me ? "No channel" : "Connecting…"));
      return;
    }
    const direct = channel.type === 1;
    fill(title, direct ? icon("at") : channelIcon(channel.type),
      h("h1", { class: "head-name" }, direct ? store.bot.user.display_name : channel.name),
      channel.topic && h("span", { class: "head-topic" }, channel.topic));
    document.title = `${direct ? "@" : "#"}${direct ? store.bot.user.display_name : channel.name} · Canonkeeper demo`;
  };
  for (const topic of ["snapshot", "place", "world"]) store.on(topic, draw);
  draw();
  return doors;
}
