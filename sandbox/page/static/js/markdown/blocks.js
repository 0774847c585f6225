/** Discord's block markdown: fences, quotes, headers, subtext and lists, each line with its inline tree. */
import { parseInline } from "./inline.js";

const FENCE = /```(?:([a-zA-Z0-9_+\-.#]+)\n)?\n*([^\n][\s\S]*?)\n*```/;
const HEADER = /^(#{1,3})\s+(.+)$/;
const SUBTEXT = /^-#\s+(.+)$/;
const ITEM = /^(\s*)([-*]|\d{1,9}\.)\s+(.+)$/;

/**
 * Parses a whole message text.
 * @param {string} source
 * @param {boolean} [quoted] inside a quote, where Discord takes a further `>` for text
 * @returns {Array<any>} blocks with a `type`
 */
export function parseBlocks(source, quoted = false) {
  const blocks = [];
  let rest = source.replace(/\r\n?/g, "\n");
  for (;;) {
    const fence = FENCE.exec(rest);
    // A fence inside a quoted line belongs to the quote.
    if (!fence || /(^|\n)>{1,3} [^\n]*$/.test(rest.slice(0, fence.index))) break;
    parseLines(rest.slice(0, fence.index).replace(/\n$/, ""), blocks, quoted);
    blocks.push({ type: "fence", language: fence[1] ?? "", text: fence[2] });
    rest = rest.slice(fence.index + fence[0].length).replace(/^\n/, "");
  }
  parseLines(rest, blocks, quoted);
  return blocks;
}

/** Appends the blocks of text that has no fences. */
function parseLines(text, blocks, quoted) {
  if (!text) return;
  const lines = text.split("\n");
  let index = 0;
  while (index < lines.length) {
    const line = lines[index];
    const took = (!quoted && quote(lines, index, blocks)) || list(lines, index, blocks);
    if (took) {
      index += took;
      continue;
    }
    const header = HEADER.exec(line);
    const small = SUBTEXT.exec(line);
    if (header) blocks.push({ type: "header", level: header[1].length, children: parseInline(header[2]) });
    else if (small) blocks.push({ type: "subtext", children: parseInline(small[1]) });
    else paragraph(line, blocks);
    index += 1;
  }
}

/** A run of ordinary lines is one paragraph, so that marks may span lines. */
function paragraph(line, blocks) {
  const last = blocks.at(-1);
  if (last?.type === "paragraph") {
    last.source += `\n${line}`;
    last.children = parseInline(last.source);
  } else {
    blocks.push({ type: "paragraph", source: line, children: parseInline(line) });
  }
}

/** `> ` takes this line and those like it; `>>> ` takes the rest. Returns the number of lines taken. */
function quote(lines, index, blocks) {
  if (lines[index].startsWith(">>> ")) {
    const rest = [lines[index].slice(4), ...lines.slice(index + 1)].join("\n");
    blocks.push({ type: "quote", children: parseBlocks(rest, true) });
    return lines.length - index;
  }
  let count = 0;
  const inside = [];
  while (index + count < lines.length && /^>(?: |$)/.test(lines[index + count])) {
    inside.push(lines[index + count].slice(2));
    count += 1;
  }
  // A lone `>` is text.
  if (!count || inside.every((line) => !line.trim())) return 0;
  blocks.push({ type: "quote", children: parseBlocks(inside.join("\n"), true) });
  return count;
}

/** Lists: deeper indentation nests. Returns the number of lines taken. */
function list(lines, index, blocks) {
  const items = [];
  while (index + items.length < lines.length) {
    const item = ITEM.exec(lines[index + items.length]);
    if (!item) break;
    items.push({ indent: item[1].length, ordered: /\d/.test(item[2]), start: Number.parseInt(item[2], 10) || 1, text: item[3] });
  }
  if (!items.length) return 0;
  blocks.push(...nest(items));
  return items.length;
}

/** Turns flat items with indentation into lists within lists. */
function nest(items) {
  const lists = [];
  let current = null;
  for (let at = 0; at < items.length; at += 1) {
    const item = items[at];
    if (!current || current.ordered !== item.ordered) {
      current = { type: "list", ordered: item.ordered, start: item.start, items: [] };
      lists.push(current);
    }
    const deeper = [];
    while (at + 1 < items.length && items[at + 1].indent > item.indent) {
      at += 1;
      deeper.push(items[at]);
    }
    current.items.push([{ type: "paragraph", source: item.text, children: parseInline(item.text) }, ...nest(deeper)]);
  }
  return lists;
}
