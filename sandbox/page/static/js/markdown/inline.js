/**
 * Discord's inline markdown as a tree. The rules and their order follow what
 * Discord's clients show; nothing here touches the document.
 * Rules are sticky expressions, so `\b` sees the text before the position.
 */

const RULES = [
  ["escape", /\\([^0-9A-Za-z\s])/y, (m) => ({ type: "text", text: m[1] })],
  ["code", /(`+)([\s\S]*?[^`])\1(?!`)/y, (m) => ({ type: "code", text: m[2].replace(/^ (?=\S| *`)|(?<=\S|` *) $/g, "") })],
  ["link", /\[((?:\[[^\]]*\]|[^[\]]|\](?=[^[]*\]))*)\]\(\s*<?((?:\([^)]*\)|[^\s\\]|\\.)*?)>?(?:\s+['"]([\s\S]*?)['"])?\s*\)/y, link],
  ["autolink", /<(https?:\/\/[^\s>]+)>/y, (m) => bare(m[1])],
  ["url", /https?:\/\/[^\s<\]]*[^<.,:;"')\]\s*_~|]/y, (m) => bare(m[0])],
  ["timestamp", /<t:(-?\d{1,17})(?::([tTdDfFsSR]))?>/y, (m) => ({ type: "timestamp", unix: Number(m[1]), style: m[2] ?? "f" })],
  ["user", /<@!?(\d{1,20})>/y, (m) => ({ type: "user", id: m[1] })],
  ["role", /<@&(\d{1,20})>/y, (m) => ({ type: "role", id: m[1] })],
  ["channel", /<#(\d{1,20})>/y, (m) => ({ type: "channel", id: m[1] })],
  ["command", /<\/([^:>]{1,110}):(\d{1,20})>/y, (m) => ({ type: "command", name: m[1], id: m[2] })],
  ["emoji", /<a?:(\w{2,32}):(\d{1,20})>/y, (m) => ({ type: "text", text: `:${m[1]}:` })],
  ["everyone", /@(everyone|here)\b/y, (m) => ({ type: "everyone", text: m[0] })],
  ["spoiler", /\|\|([\s\S]+?)\|\|/y, nested("spoiler")],
  ["strong", /\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)/y, nested("strong")],
  ["underline", /__((?:\\[\s\S]|[^\\])+?)__(?!_)/y, nested("underline")],
  ["strike", /~~(?=\S)((?:\\[\s\S]|[^\\])*?\S)~~/y, nested("strike")],
  ["em", /\b_((?:__|\\[\s\S]|[^\\_])+?)_\b/y, nested("em")],
  ["em", /\*(?=\S)((?:\*\*|\\[\s\S]|[^*\\])+?)\*(?!\*)/y, starred],
];

/** Where the next rule can possibly begin: everything up to there is plain text. */
const PLAIN = /[^\\`[<h@|*_~]+/y;

/** @param {string} type */
function nested(type) {
  return (m, depth) => ({ type, children: parseInline(m[1], depth + 1) });
}

/** `* not italics *`: the closing star must stand against a word. */
function starred(m, depth) {
  return /\s$/.test(m[1]) ? null : { type: "em", children: parseInline(m[1], depth + 1) };
}

/** Masked links: only http and https, and a label that is no address itself (which could deceive). */
function link(m, depth) {
  const address = m[2].replace(/\\(.)/g, "$1");
  if (!/^https?:\/\/[^\s]+$/i.test(address) || !m[1].trim() || /https?:\/\//i.test(m[1])) return null;
  return { type: "link", href: address, title: m[3] ?? "", children: parseInline(m[1], depth + 1) };
}

/** @param {string} address */
function bare(address) {
  return { type: "link", href: address, title: "", children: [{ type: "text", text: address }] };
}

/**
 * Parses inline markdown.
 * @param {string} source
 * @param {number} [depth] nesting so far: text that is nested absurdly deep stays plain
 * @returns {Array<any>} nodes with a `type`
 */
export function parseInline(source, depth = 0) {
  if (depth > 12) return [{ type: "text", text: source }];
  const nodes = [];
  let plain = "";
  let at = 0;
  const flush = () => {
    if (plain) nodes.push({ type: "text", text: plain });
    plain = "";
  };
  while (at < source.length) {
    const node = match(source, at, depth);
    if (node) {
      flush();
      nodes.push(node.value);
      at = node.end;
      continue;
    }
    PLAIN.lastIndex = at;
    const run = PLAIN.exec(source);
    plain += run ? run[0] : source[at];
    at += run ? run[0].length : 1;
  }
  flush();
  return nodes;
}

/** The first rule that holds at a position, or null. */
function match(source, at, depth) {
  for (const [, rule, make] of RULES) {
    rule.lastIndex = at;
    const found = rule.exec(source);
    if (!found) continue;
    const end = rule.lastIndex;
    const value = make(found, depth);
    if (value) return { value, end };
  }
  return null;
}
