/** The inspector: the JSON that was exchanged about a message. */
import { h, icon } from "../dom.js";
import { toast } from "../views/toast.js";
import { openDialog } from "./dialog.js";

const TOKEN = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/**
 * JSON as text with its kinds of token marked.
 * @param {any} value
 * @returns {HTMLElement}
 */
function pretty(value) {
  const text = JSON.stringify(value, null, 2) ?? "nothing";
  const code = h("code", {});
  let at = 0;
  for (const match of text.matchAll(TOKEN)) {
    code.append(text.slice(at, match.index));
    const kind = match[1] ? (match[2] ? "key" : "string") : match[3] ? "word" : "number";
    code.append(h("span", { class: `json-${kind}` }, match[1] ?? match[0]), match[2] ?? "");
    at = match.index + match[0].length;
  }
  code.append(text.slice(at));
  return code;
}

/**
 * Opens the inspector for a message.
 * @param {any} message
 * @param {any} actions
 */
export async function inspect(message, actions) {
  const body = h("div", { class: "exchanges", "aria-live": "polite" }, h("p", {}, "Looking it up…"));
  openDialog({ title: "What went over the wire", class: "inspector", body,
    note: h("p", { class: "dialog-note" }, "Everything the bot and this demo's server sent each other, in Discord's own format.") });
  let parts = [];
  try {
    parts = (await actions.journal(message.id)).exchanges;
  } catch (error) {
    body.replaceChildren(h("p", { class: "field-error" }, error.message));
    return;
  }
  body.replaceChildren(...parts.map((part, index) => exchange(part, index === 0)),
    section("The message as it is now", pretty(message), !parts.length, message));
  if (!parts.length) body.prepend(h("p", {}, "The bot had no part in this message."));
}

/** @param {any} part @param {boolean} open */
function exchange(part, open) {
  const status = part.status === null || part.status === undefined ? null
    : h("span", { class: part.status >= 200 && part.status < 300 ? "status is-good" : "status is-bad" }, part.status || "dropped");
  const title = [h("span", { class: `method is-${part.method.toLowerCase()}` }, part.method), h("span", { class: "path" }, part.path), status];
  return section(title, [
    part.note && h("p", { class: "exchange-note" }, part.note),
    part.request !== null && part.request !== undefined && labelled(part.method === "GATEWAY" ? "Event" : "Request", part.request),
    part.response !== null && part.response !== undefined && labelled("Response", part.response),
  ], open, null);
}

function labelled(label, value) {
  return h("div", { class: "json-part" }, h("div", { class: "json-head" }, h("h3", {}, label), copyButton(value)),
    h("pre", { class: "json", tabindex: "0", "aria-label": `${label} as JSON` }, pretty(value)));
}

function section(title, inside, open, value) {
  return h("details", { class: "exchange", open: Boolean(open) }, h("summary", {}, icon("right"), h("span", { class: "summary" }, title)),
    value ? h("div", { class: "json-part" }, h("div", { class: "json-head" }, h("h3", {}, "Message"), copyButton(value)),
      h("pre", { class: "json", tabindex: "0", "aria-label": "Message as JSON" }, inside)) : inside);
}

function copyButton(value) {
  return h("button", { type: "button", class: "link-button", on: { click: async () => {
    try {
      await navigator.clipboard.writeText(JSON.stringify(value, null, 2));
      toast("Copied.");
    } catch {
      toast("The browser didn't allow copying.", true);
    }
  } } }, icon("copy"), " Copy");
}
