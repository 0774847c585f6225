/** Times in the viewer's own zone and language. */

/** What each of Discord's timestamp letters shows. */
const STYLES = {
  t: { timeStyle: "short" },
  T: { timeStyle: "medium" },
  d: { dateStyle: "short" },
  D: { dateStyle: "long" },
  f: { dateStyle: "long", timeStyle: "short" },
  F: { dateStyle: "full", timeStyle: "short" },
  s: { dateStyle: "short", timeStyle: "short" },
  S: { dateStyle: "short", timeStyle: "medium" },
};

const UNITS = [
  ["year", 31557600],
  ["month", 2629800],
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
  ["second", 1],
];

const formats = new Map();

/**
 * @param {number} milliseconds
 * @param {string} style a letter of STYLES
 * @returns {string}
 */
export function absolute(milliseconds, style) {
  if (!formats.has(style)) formats.set(style, new Intl.DateTimeFormat(undefined, STYLES[style] ?? STYLES.f));
  const date = new Date(milliseconds);
  return Number.isNaN(date.getTime()) ? "an impossible date" : formats.get(style).format(date);
}

const relativeFormat = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });

/**
 * 'in 3 hours', 'yesterday'.
 * @param {number} milliseconds
 * @param {number} now
 * @returns {string}
 */
export function relative(milliseconds, now) {
  const seconds = (milliseconds - now) / 1000;
  if (Number.isNaN(seconds)) return "an impossible date";
  const [unit, size] = UNITS.find(([, length]) => Math.abs(seconds) >= length) ?? UNITS.at(-1);
  return relativeFormat.format(Math.trunc(seconds / size), unit);
}

/**
 * The time beside an author's name: only the hour on the day itself.
 * @param {number} milliseconds
 * @param {number} now
 * @returns {string}
 */
export function beside(milliseconds, now) {
  const day = (value) => new Date(value).toDateString();
  return day(milliseconds) === day(now) ? absolute(milliseconds, "t") : absolute(milliseconds, "s");
}
