/** Turns markdown trees into nodes of the document. */
import { h } from "../dom.js";
import { absolute, relative } from "../time.js";
import { parseBlocks } from "./blocks.js";

/** The level below those of the page itself: the channel's name, and what stands at its beginning. */
const HEADINGS = 3;

/**
 * What rendering needs to know of the world, so that mentions have names.
 * @typedef {{user: (id: string) => any, role: (id: string) => any, channels: Map<string, any>, now: () => number,
 *   me: any, go: (id: string) => void, begin: (command: string) => void}} Names
 */

/**
 * Renders a message text.
 * @param {string} source
 * @param {Names} names
 * @returns {Node[]}
 */
export function renderMarkdown(source, names) {
  return parseBlocks(source).map((block) => renderBlock(block, names));
}

/** @param {any} block @param {Names} names */
function renderBlock(block, names) {
  switch (block.type) {
    case "fence":
      return h("pre", { class: "md-fence", tabindex: "0", "aria-label": "Code" }, h("code", {}, block.text));
    case "header":
      // Styled text: which level it is depends on what stands above it in the message (outline).
      return h("div", { class: `md-h${block.level}`, role: "heading", "aria-level": String(HEADINGS),
        dataset: { level: block.level } },
        inline(block.children, names));
    case "subtext":
      return h("div", { class: "md-subtext" }, inline(block.children, names));
    case "quote":
      return h("blockquote", { class: "md-quote" }, block.children.map((child) => renderBlock(child, names)));
    case "list":
      return h(block.ordered ? "ol" : "ul", { class: "md-list", start: block.ordered ? block.start : null },
        block.items.map((item) => h("li", {}, item.map((child) => renderBlock(child, names)))));
    default:
      return h("div", { class: "md-p" }, inline(block.children, names));
  }
}

/**
 * Gives the headings of one message the levels below the page's own: each is one below the larger one that it stands
 * under, so that no level is left out, whichever sizes people write.
 * @param {Element} message
 */
export function outline(message) {
  const above = [];
  for (const heading of message.querySelectorAll("[role=heading]")) {
    const size = Number(heading.dataset.level);
    while (above.length && above.at(-1) >= size) above.pop();
    heading.setAttribute("aria-level", String(HEADINGS + above.length));
    above.push(size);
  }
}

/**
 * The text of a message on one line, with mentions by name and spoilers left hidden.
 * @param {string} source
 * @param {Names} names
 * @returns {string}
 */
export function plainText(source, names) {
  const box = h("div", {}, renderMarkdown(source ?? "", names).flatMap((node) => [node, " "]));
  for (const hidden of box.querySelectorAll(".spoiler")) hidden.replaceChildren("(spoiler)");
  return (box.textContent ?? "").replace(/\s+/g, " ").trim();
}

const TAGS = { strong: "strong", em: "em", underline: "u", strike: "s" };

/** @param {any[]} nodes @param {Names} names @returns {Node[]} */
function inline(nodes, names) {
  return nodes.map((node) => renderInline(node, names));
}

/** @param {any} node @param {Names} names @returns {Node} */
function renderInline(node, names) {
  switch (node.type) {
    case "text":
      return document.createTextNode(node.text);
    case "code":
      return h("code", { class: "md-code" }, node.text);
    case "link":
      return h("a", { href: node.href, title: node.title || node.href, target: "_blank", rel: "noopener noreferrer" },
        inline(node.children, names));
    case "spoiler":
      return spoiler(inline(node.children, names));
    case "timestamp":
      return timestamp(node, names);
    case "user":
      return mention(`@${names.user(node.id)?.display_name ?? "unknown-user"}`, { mine: node.id === names.me?.id });
    case "role": {
      const role = names.role(node.id);
      return mention(`@${(role?.name ?? "deleted-role").replace(/^@/, "")}`, { colour: role?.color });
    }
    case "channel":
      return channel(node.id, names);
    case "command":
      return command(node.name, names);
    case "everyone":
      return mention(node.text, {});
    default:
      return h(TAGS[node.type], {}, inline(node.children, names));
  }
}

/** @param {string} text @param {{mine?: boolean, colour?: number}} look */
function mention(text, look) {
  return h("span", { class: look.mine ? "mention mention-me" : "mention", vars: { "--role": hex(look.colour) } }, text);
}

/** @param {string} id @param {Names} names */
function channel(id, names) {
  const known = names.channels.get(id);
  if (!known) return mention("#deleted-channel", {});
  return h("button", { type: "button", class: "mention mention-link", on: { click: () => names.go(id) } }, `#${known.name}`);
}

/** @param {string} name of a command, which a press begins in the composer @param {Names} names */
function command(name, names) {
  return h("button", { type: "button", class: "mention mention-link", on: { click: () => names.begin(name) } }, `/${name}`);
}

/**
 * Hides something until it is pressed.
 * @param {Node[]} children
 */
function spoiler(children) {
  const inner = h("span", { class: "spoiler-inner" }, children);
  const cover = h("span", { class: "spoiler", role: "button", tabindex: "0", "aria-label": "Spoiler: press to show",
    "aria-expanded": "false" }, inner);
  const open = (event) => {
    if (cover.classList.contains("is-open")) return;
    if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    cover.classList.add("is-open");
    for (const name of ["role", "tabindex", "aria-label", "aria-expanded"]) cover.removeAttribute(name);
  };
  cover.addEventListener("click", open);
  cover.addEventListener("keydown", open);
  return cover;
}

/** @param {{unix: number, style: string}} node @param {Names} names */
function timestamp(node, names) {
  const at = node.unix * 1000;
  const known = Number.isFinite(at) && Math.abs(at) < 8.64e15;
  const text = node.style === "R" ? relative(at, names.now()) : absolute(at, node.style);
  return h("time", { class: "md-time", title: absolute(at, "F"), datetime: known ? new Date(at).toISOString() : null,
    dataset: { unix: String(node.unix), style: node.style } }, text);
}

/**
 * Brings the relative times in view up to date.
 * @param {ParentNode} root
 * @param {() => number} now
 */
export function refreshTimes(root, now) {
  for (const element of root.querySelectorAll('time[data-style="R"]')) {
    const text = relative(Number(element.dataset.unix) * 1000, now());
    if (element.textContent !== text) element.textContent = text;
  }
}

/**
 * @param {number | null | undefined} colour as Discord sends it
 * @returns {string | null}
 */
export function hex(colour) {
  return colour ? `#${colour.toString(16).padStart(6, "0")}` : null;
}
