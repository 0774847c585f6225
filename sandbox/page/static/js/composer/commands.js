/** The bot's commands as people choose them: one entry for each command or subcommand. */

const SUBCOMMAND = 1;
const GROUP = 2;

/**
 * @typedef {{id: string, type: number, name: string, description: string, path: string[], options: any[]}} Entry
 */

/**
 * Flattens registered commands.
 * @param {any[]} commands as Discord's API has them
 * @param {number} type 1: typed commands, 3: commands on messages
 * @returns {Entry[]}
 */
export function entries(commands, type) {
  return commands.filter((command) => (command.type ?? 1) === type)
    .flatMap((command) => spread(command, command, [command.name], []))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** @returns {Entry[]} */
function spread(command, node, names, path) {
  const options = node.options ?? [];
  const deeper = options.filter((option) => option.type === SUBCOMMAND || option.type === GROUP);
  if (deeper.length) {
    return deeper.flatMap((option) => spread(command, option, [...names, option.name], [...path, option]));
  }
  // Required options come first, as Discord orders them; sorting is stable.
  const ordered = [...options].sort((a, b) => Number(Boolean(b.required)) - Number(Boolean(a.required)));
  return [{ id: command.id, type: command.type ?? 1, name: names.join(" "), description: node.description ?? "",
    path: path.map((one) => one.name), kinds: path.map((one) => one.type), options: ordered }];
}

/**
 * The commands that fit what is typed after the slash, best first.
 * @param {Entry[]} all
 * @param {string} typed
 * @returns {Entry[]}
 */
export function matching(all, typed) {
  const wanted = typed.toLowerCase().trim();
  const rank = (entry) => {
    if (entry.name.startsWith(wanted)) return 0;
    if (entry.name.split(/[ -]/).some((word) => word.startsWith(wanted))) return 1;
    if (entry.name.includes(wanted)) return 2;
    return entry.description.toLowerCase().includes(wanted) && wanted.length > 2 ? 3 : 9;
  };
  return all.map((entry) => [rank(entry), entry]).filter(([value]) => value < 9)
    .sort((a, b) => a[0] - b[0]).map(([, entry]) => entry);
}

/**
 * The command that somebody has typed out in full with a space behind it, and what follows it.
 * @param {Entry[]} all
 * @param {string} text with its slash
 * @returns {{entry: Entry, rest: string} | null}
 */
export function typedOut(all, text) {
  const found = all.filter((entry) => text.toLowerCase().startsWith(`/${entry.name} `))
    .sort((a, b) => b.name.length - a.name.length)[0];
  return found ? { entry: found, rest: text.slice(found.name.length + 2) } : null;
}

/**
 * Options on the wire: inside their subcommand and group, where there is one.
 * @param {any} entry
 * @param {any[]} values
 * @returns {any[]}
 */
export function wrapped(entry, values) {
  return entry.path.reduceRight((inside, name, index) => [{ type: entry.kinds[index], name, options: inside }], values);
}
