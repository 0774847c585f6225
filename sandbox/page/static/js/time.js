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

/** Each unit with how many of the one before make it, and from how many on the next one is taken. */
const UNITS = [
  ["second", 1, 60],
  ["minute", 60, 60],
  ["hour", 60, 24],
  ["day", 24, 30],
  ["month", 30.4375, 12],
  ["year", 12, Infinity],
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

// 'In 1 day' and not 'tomorrow': half a day away may be another date or not.
const relativeFormat = new Intl.RelativeTimeFormat(undefined, { numeric: "always" });

/**
 * 'in 3 hours', '1 day ago': rounded, as Discord does it.
 * @param {number} milliseconds
 * @param {number} now
 * @returns {string}
 */
export function relative(milliseconds, now) {
  let amount = (milliseconds - now) / 1000;
  if (Number.isNaN(amount)) return "an impossible date";
  for (const [unit, size, most] of UNITS) {
    amount /= size;
    if (Math.abs(Math.round(amount)) < most) return relativeFormat.format(Math.round(amount), unit);
  }
  return "an impossible date";
}

/**
 * The hour in a narrow column: where it has words ('10:38 PM') they may go on a line of their own.
 * @param {number} milliseconds
 * @returns {string}
 */
export function hour(milliseconds) {
  return absolute(milliseconds, "t").replace(/[\u00a0\u202f]/g, " ");
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
