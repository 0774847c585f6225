/** @ and # in the composer: offered while typing, turned into Discord's mentions on sending. */
import { channelOptions, peopleOptions } from "../components/options.js";

/**
 * The mention being typed at the caret.
 * @param {string} text
 * @param {number} caret
 * @returns {{mark: string, typed: string, start: number} | null}
 */
export function mentionAt(text, caret) {
  const found = /(^|\s)([@#])([\w-]{0,32})$/.exec(text.slice(0, caret));
  return found ? { mark: found[2], typed: found[3].toLowerCase(), start: caret - found[3].length - 1 } : null;
}

/**
 * @param {{mark: string, typed: string}} mention
 * @param {any} store
 * @returns {any[]}
 */
export function mentionOptions({ mark, typed }, store) {
  const all = mark === "#" ? channelOptions(store) : peopleOptions(store);
  return all.filter((option) => option.label.toLowerCase().startsWith(typed))
    .map((option) => ({ ...option, insert: `${mark}${option.label}` }));
}

/**
 * Puts `<@id>` and `<#id>` for names that are known here; longer names win.
 * @param {string} text
 * @param {any} store
 * @returns {string}
 */
export function withMentions(text, store) {
  const names = [
    ...peopleOptions(store).map((option) => [`@${option.label}`, `<@${option.value}>`]),
    ...channelOptions(store).map((option) => [`#${option.label}`, `<#${option.value}>`]),
  ].sort((a, b) => b[0].length - a[0].length);
  return names.reduce((all, [name, mention]) => {
    const literal = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return all.replace(new RegExp(`(^|[\\s(])${literal}(?![\\w-])`, "gi"), `$1${mention}`);
  }, text);
}
