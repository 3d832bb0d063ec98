// What the page says, in the language of the page, and how it writes dates and numbers.
//
//   t("profile.openToWork")                the text at that place of the catalogue
//   t("profile.link.done", { name })       {name} in the text is replaced
//   t("profile.connections", { count: 3 }) an entry {"one": …, "other": …} is chosen by `count`; {count} is formatted
//   named("profile.status", "HIRED")       the text of an enum's value; a value that is new reads "Hired"
//   date(iso) dateTime(iso) month(iso) since(iso) number(n) percent(share) list([…])
//
// The catalogue is the member `texts` of the page's data block: the sections `common` and the widget's own
// of texts/LANG.json. A text that is missing shows as its key, so that it is seen.

const page = JSON.parse(document.getElementById("widget").textContent);
const texts = page.texts;

/** The page's language; dates and numbers are as where the browser's user lives, if that is the same language. */
export const locale =
  navigator.languages.find((tag) => tag.split("-")[0] === page.lang.split("-")[0]) ?? page.lang;

const plurals = new Intl.PluralRules(page.lang);
const numbers = new Intl.NumberFormat(locale);
const shares = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
const dates = new Intl.DateTimeFormat(locale, { dateStyle: "medium" });
const days = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeZone: "UTC" });
const times = new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "short" });
const months = new Intl.DateTimeFormat(locale, { year: "numeric", month: "short", timeZone: "UTC" });
const ago = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
const and = new Intl.ListFormat(locale, { type: "conjunction" });

/** Whether the catalogue has a text at this place. @param {string} key */
export const has = (key) => find(key) !== undefined;

/**
 * @param {string} key
 * @param {Record<string, string | number>} [values]
 * @returns {string}
 */
export function t(key, values = {}) {
  let text = find(key);
  if (typeof text === "object") text = text[plurals.select(Number(values.count))] ?? text.other;
  if (text === undefined) return key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name];
    if (value === undefined || value === null) return whole;
    return typeof value === "number" ? numbers.format(value) : value;
  });
}

/**
 * The text of an enum's value. One that this catalogue does not know is written as words.
 * @param {string} place @param {string} value @param {Record<string, string | number>} [values]
 */
export function named(place, value, values) {
  const key = `${place}.${value}`;
  if (has(key)) return t(key, values);
  const words = value.toLowerCase().replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function find(key) {
  let found = texts;
  for (const part of key.split(".")) found = found?.[part];
  return found;
}

/** A day without a time of day ("2024-03-01"), or the day of a moment. @param {string} iso */
export const date = (iso) => (iso.length > 10 ? dates : days).format(new Date(iso));
/** @param {string} iso */
export const dateTime = (iso) => times.format(new Date(iso));
/** Month and year of a day. @param {string} iso */
export const month = (iso) => months.format(new Date(iso));
/** @param {number} value */
export const number = (value) => numbers.format(value);
/** A share from 0 to 1, cut off, so that only what is certain reads "100%". @param {number} value */
export const percent = (value) => shares.format(Math.floor(value * 100 + 1e-9) / 100);
/** "a, b and c". @param {string[]} words */
export const list = (words) => and.format(words);

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const STEPS = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** How long ago, in words: "3 days ago". @param {string} iso */
export function since(iso) {
  const seconds = (new Date(iso).getTime() - Date.now()) / 1000;
  const [unit, length] = STEPS.find(([, size]) => Math.abs(seconds) >= size) ?? STEPS[STEPS.length - 1];
  return ago.format(Math.round(seconds / length), unit);
}
