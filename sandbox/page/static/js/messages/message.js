/** One message: its context, author, text, components, and what can be done with it. */
import { h, icon, iconButton } from "../dom.js";
import { renderComponent } from "../components/render.js";
import { attachment } from "../components/media.js";
import { outline, renderMarkdown, hex, plainText } from "../markdown/render.js";
import { EPHEMERAL, LOADING } from "../store.js";
import { absolute, beside, hour } from "../time.js";
import { avatar, displayName } from "../views/avatar.js";
import { embed } from "./embed.js";

/** Longer ones are read as their contents, once somebody has gone into them. */
const LONGEST_LABEL = 300;

/**
 * Renders a message.
 * @param {any} message as Discord's API has it
 * @param {{store: any, actions: any, continues: boolean, open: (message: any, anchor: any, back: HTMLElement) => void}} page
 * @returns {HTMLElement}
 */
export function renderMessage(message, { store, actions, continues, open }) {
  const ephemeral = Boolean(message.flags & EPHEMERAL);
  const head = continues ? null : header(message, store);
  const element = h("article", { class: classes(message, store, continues, ephemeral), id: `message-${message.id}`, tabindex: "-1",
    dataset: { messageId: message.id } },
  context(message, store),
  h("div", { class: "message-main" },
    continues ? h("span", { class: "message-side", "aria-hidden": "true" }, hour(Date.parse(message.timestamp)))
      : h("span", { class: "message-side" }, avatar(store.user(message.author.id) ?? message.author)),
    h("div", { class: "message-body" }, head, content(message, store, actions), failure(message, store),
      ephemeral && note(message, actions))),
  toolbar(message, { actions, open }));
  outline(element);
  element.setAttribute("aria-label", label(message, element, store, ephemeral));
  element.addEventListener("contextmenu", (event) => {
    // Links keep the browser's own menu, and so does marked text: people may want to copy it.
    if (event.target.closest("a") || String(window.getSelection())) return;
    event.preventDefault();
    const point = event.clientX || event.clientY ? { x: event.clientX, y: event.clientY } : element;
    open(message, point, element);
  });
  return element;
}

function classes(message, store, continues, ephemeral) {
  const mine = message.mentions?.some((user) => user.id === store.me.id)
    || message.mention_everyone
    || message.mention_roles?.some((id) => store.guild?.my_roles?.includes(id));
  return ["message", continues && "continues", ephemeral && "is-ephemeral", mine && "mentions-me"].filter(Boolean).join(" ");
}

/** What a screen reader calls it when it arrives or gets the focus: who, when, and what it says. */
function label(message, element, store, ephemeral) {
  const when = beside(Date.parse(message.timestamp), store.now());
  const texts = [...element.querySelectorAll(".message-body .md, .message-body .c-picture img")]
    .map((part) => (part.matches("img") ? part.alt : part.textContent).replace(/\s+/g, " ").trim());
  const said = texts.filter(Boolean).join(" ");
  const cut = said.length > LONGEST_LABEL ? `${said.slice(0, LONGEST_LABEL)}…` : said;
  return `${displayName(message.author, store)}, ${when}${ephemeral ? ", only you can see this" : ""}${cut ? `: ${cut}` : ""}`;
}

function header(message, store) {
  const author = message.author;
  const role = topRole(author.id, store);
  const at = Date.parse(message.timestamp);
  return h("div", { class: "message-head" },
    h("span", { class: "author", vars: { "--role": hex(role?.color) } }, displayName(author, store)),
    author.bot && h("span", { class: "app-tag" }, "APP"),
    h("time", { class: "when", datetime: message.timestamp, title: absolute(at, "F") }, beside(at, store.now())));
}

/** The highest coloured role decides the colour of a name. */
function topRole(userId, store) {
  const held = store.guild?.member_roles?.[userId] ?? [];
  return (store.guild?.roles ?? []).filter((role) => held.includes(role.id) && role.color)
    .sort((a, b) => b.position - a.position)[0] ?? null;
}

/** The line above: what it replies to, or which command was used. */
function context(message, store) {
  const cause = message.interaction;
  if (cause?.name) {
    const user = cause.user;
    return h("div", { class: "message-context" }, avatar(store.user(user.id) ?? user, "tiny"),
      h("span", { class: "context-who" }, displayName(user, store)), " used ",
      h("span", { class: "context-what" }, cause.type === 2 && message.interaction_metadata?.target_message_id ? cause.name : `/${cause.name}`));
  }
  if (!message.message_reference) return null;
  const target = message.referenced_message;
  if (!target) return h("div", { class: "message-context" }, icon("reply"), h("em", {}, "Original message was deleted"));
  return h("div", { class: "message-context" }, avatar(store.user(target.author.id) ?? target.author, "tiny"),
    h("span", { class: "context-who" }, displayName(target.author, store)),
    h("button", { type: "button", class: "context-jump", on: { click: () => jump(target.id) } },
      plainText(target.content, store) || "Click to see the message"));
}

/** @param {string} id */
function jump(id) {
  const element = document.getElementById(`message-${id}`);
  if (!element) return;
  element.scrollIntoView({ block: "center" });
  element.focus({ preventScroll: true });
  element.classList.add("is-found");
  window.setTimeout(() => element.classList.remove("is-found"), 1600);
}

function content(message, store, actions) {
  if (message.flags & LOADING) {
    return h("div", { class: "thinking", role: "status" }, h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i")),
      `${displayName(message.author, store)} is thinking…`);
  }
  const busy = [...store.pending.values()].find((entry) => entry.message_id === message.id && entry.state === "sending");
  const page = { store, actions, message, busy: busy?.custom_id ?? null };
  const used = new Set(JSON.stringify(message.components ?? []).match(/attachments\/\d+/g) ?? []);
  const loose = (message.attachments ?? []).filter((one) => !used.has(`attachments/${one.id}`));
  const edited = message.edited_timestamp && h("span", { class: "edited",
    title: absolute(Date.parse(message.edited_timestamp), "F") }, "(edited)");
  return [
    message.content && h("div", { class: "md message-text" }, renderMarkdown(message.content, store), edited),
    loose.map(attachment),
    (message.embeds ?? []).map((one) => embed(one, store)),
    message.components?.length ? h("div", { class: "components" }, message.components.map((one) => renderComponent(one, page))) : null,
    !message.content && edited,
  ];
}

/** What a person sees when a press was not answered. */
function failure(message, store) {
  const failed = [...store.pending.values()].find((entry) => entry.message_id === message.id && entry.state === "failed");
  return failed && h("div", { class: "interaction-failed", role: "alert" }, icon("warn"), failed.reason ?? "This interaction failed");
}

function note(message, actions) {
  return h("div", { class: "ephemeral-note" }, icon("eye"), "Only you can see this · ",
    h("button", { type: "button", class: "link-button", on: { click: () => actions.dismiss(message) } }, "Dismiss message"));
}

function toolbar(message, { actions, open }) {
  const ephemeral = Boolean(message.flags & EPHEMERAL);
  return h("div", { class: "message-tools", role: "group", "aria-label": "Message actions" },
    !ephemeral && iconButton("reply", "Reply", () => actions.startReply(message), { tabindex: "-1" }),
    iconButton("dots", "More actions", (event) => {
      const at = event.currentTarget;
      open(message, at, at);
    }, { tabindex: "-1", "aria-haspopup": "menu" }));
}
