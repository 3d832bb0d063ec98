// What the four widgets are built of: elements without a framework, and small components. Looks are widget.css's.
//
//   h("p", { class: "muted", onclick: fn, hidden: false }, "text", node, [more], null)
//                                       an element; strings become text, never HTML
//   replace(container, ...children)     new content; the focus stays where it was if an element of the same `id` or
//                                       `data-key` is there
//   icon("check")                       a drawing (names: icons.js), hidden from screen readers
//   button(label, { onclick, kind, icon, busy, small, ...props })   kind: "primary" | "danger" | "quiet" | undefined
//   run(button, async () => …)          the button is busy meanwhile, and cannot be pressed twice
//   outLink(url, label, props)          a link to elsewhere: http(s) only (else plain text), in a tab of its own
//   chip(text, { kind })                kind: "ok" | "warn" | "danger" | "accent" | undefined
//   avatar(pictureUrl, name, { large }) the photo, or initials if there is none or it does not load
//   personCard({ name, headline, facts, pictureUrl, pictureOf, url, chips, body, actions, level })
//                                       one person of a list (an <article>)
//   factsRow(["Berlin", null, "3 years"])   short facts in a row, divided by dots
//   section(title, { level, note, actions, class }, ...children)   a <section> named by its heading
//   notice({ kind, title, text, actions, detail })   kind: "info" | "warn" | "danger" | "ok"; the middle two are alerts
//   troubleNotice(trouble, { onRetry })     what went wrong (session.js) and what to do about it
//   longText(text)                      a text as it was written, with line ends; a long one is folded
//   nameOf({ firstName, lastName })     "First Last"
//   shortAddress(url)                   "linkedin.com/in/somebody"
//   empty(text, ...actions)             a quiet sentence where a list has nothing
//   skeleton("person" | "lines" | "card" | "profile" | "tabs" | "bar", count)
//                                       grey shapes of the final size while something loads
//   pager({ hasMore, onMore, shown, total })         "Show more" and how many are shown
//   announce(text)                      said by screen readers, seen by nobody
//   toast(text)                         said and shown for a while, beside where the user is
//
// Controls with a keyboard of their own (tabs, dialog, select, field, combobox) are in controls.js.
// Every component answers a DOM node. `props` of h(): on… are listeners, `class`, `data-…`/`aria-…` as written,
// booleans by presence, null or undefined leaves out.

import { icon } from "./icons.js";
import { has, number, t } from "./texts.js";

export { icon };

/** @typedef {1 | 2 | 3 | 4} Level of a heading */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag @param {Record<string, any> | null} [props] @param {...any} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  set(element, props);
  add(element, children);
  return element;
}

function set(element, props) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
}

function add(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : String(child));
  }
}

/** @param {HTMLElement} container @param {...any} children */
export function replace(container, ...children) {
  const focused = container.contains(document.activeElement) ? document.activeElement : null;
  // Ids may be fresh ones, so a `data-key` counts first.
  const key = focused && (keyOf(focused) ?? (focused.id && `#${CSS.escape(focused.id)}`));
  container.replaceChildren();
  add(container, children);
  /** @type {HTMLElement | null} */
  const successor = key ? container.querySelector(key) : null;
  successor?.focus({ preventScroll: true });
}

const keyOf = (element) => (element.dataset.key ? `[data-key="${CSS.escape(element.dataset.key)}"]` : null);

let ids = 0;
/** An id that nothing else in the page has. */
export const freshId = (word = "id") => `${word}-${++ids}`;

/** @param {string} label @param {Record<string, any>} [options] */
export function button(label, { kind, icon: drawing, busy = false, small = false, ...props } = {}) {
  const classes = ["button", kind && `is-${kind}`, small && "is-small", props.class]
    .filter(Boolean)
    .join(" ");
  const made = h(
    "button",
    { type: "button", ...props, class: classes },
    drawing && icon(drawing),
    h("span", null, label),
  );
  setBusy(made, busy);
  return made;
}

/** A button that works cannot be pressed, and keeps its size and the focus. */
export function setBusy(element, busy) {
  if (busy) element.setAttribute("aria-disabled", "true");
  else element.removeAttribute("aria-disabled");
  element.classList.toggle("is-busy", busy);
}

/** @template T @param {HTMLElement} element @param {() => Promise<T>} work @returns {Promise<T | undefined>} */
export async function run(element, work) {
  if (element.classList.contains("is-busy")) return undefined;
  setBusy(element, true);
  try {
    return await work();
  } finally {
    setBusy(element, false);
  }
}

/** @param {string | null} url @param {any} label @param {Record<string, any>} [props] */
export function outLink(url, label, props = {}) {
  if (!url || !/^https?:\/\//i.test(url)) return h("span", { class: props.class }, label);
  return h(
    "a",
    { ...props, href: url, target: "_blank", rel: "noopener noreferrer" },
    label,
    icon("open"),
    h("span", { class: "unseen" }, t("common.opensNewTab")),
  );
}

/** @param {any} text @param {{kind?: string, icon?: import("./icons.js").Icon}} [options] */
export const chip = (text, { kind, icon: drawing } = {}) =>
  h("span", { class: kind ? `chip is-${kind}` : "chip" }, drawing && icon(drawing), text);

/** @param {string | null | undefined} url @param {string} name @param {{large?: boolean}} [options] */
export function avatar(url, name, { large = false } = {}) {
  const place = h(
    "span",
    { class: large ? "avatar is-large" : "avatar", "aria-hidden": "true" },
    initials(name),
  );
  if (url) {
    const photo = h("img", { alt: "", decoding: "async", referrerpolicy: "no-referrer", draggable: "false" });
    photo.addEventListener("load", () => place.append(photo), { once: true });
    photo.src = url;
  }
  return place;
}

function initials(name) {
  const words = name.split(/\s+/).filter((word) => /^\p{L}/u.test(word));
  const chosen = words.length > 1 ? [words[0], words[words.length - 1]] : words;
  return chosen.map((word) => [...word][0].toLocaleUpperCase()).join("");
}

/**
 * One person of a list. `facts` are short texts (what is null is left out), `body` and `actions` nodes.
 * `pictureOf` is the name for the initials if `name` is a node.
 * @param {{name: any, headline?: string | null, facts?: (string | null | undefined)[], pictureUrl?: string | null,
 *   pictureOf?: string, url?: string | null, chips?: any[], body?: any, actions?: any[], level?: Level,
 *   [props: string]: any}} person
 */
export function personCard({
  name,
  headline,
  facts = [],
  pictureUrl,
  pictureOf,
  url,
  chips = [],
  body,
  actions = [],
  level = 3,
  ...props
}) {
  const id = freshId("person");
  return h(
    "article",
    { ...props, class: `person ${props.class ?? ""}`, "aria-labelledby": id },
    avatar(pictureUrl, pictureOf ?? String(name)),
    h(
      "div",
      { class: "person-text" },
      h(`h${level}`, { class: "person-name", id }, url ? outLink(url, name) : name),
      headline && h("p", { class: "person-headline" }, headline),
      factsRow(facts),
      chips.length > 0 && h("div", { class: "chips" }, chips),
      body,
    ),
    actions.length > 0 && h("div", { class: "person-actions" }, actions),
  );
}

/** Short facts in a row, divided by dots; what is null or empty is left out. @param {any[]} facts */
export function factsRow(facts) {
  const told = facts.filter(Boolean);
  return told.length > 0
    ? h(
        "p",
        { class: "facts" },
        told.map((fact) => h("span", null, fact)),
      )
    : null;
}

/** @param {string} title @param {{level?: Level, note?: any, actions?: any, class?: string}} [options] @param {...any} children */
export function section(title, { level = 2, note, actions, class: name } = {}, ...children) {
  const id = freshId("section");
  return h(
    "section",
    { class: name ? `section ${name}` : "section", "aria-labelledby": id },
    h(
      "div",
      { class: "section-head" },
      h(`h${level}`, { id }, title),
      note && h("span", { class: "note" }, note),
      actions,
    ),
    children,
  );
}

const NOTICE_ICONS = { info: "info", warn: "alert", danger: "ban", ok: "check" };

/**
 * A sentence that the user should read. `actions` are buttons or links; `detail` is small print.
 * @param {{kind?: string, title: string, text?: any, actions?: any[], detail?: any,
 *   level?: Level, [props: string]: any}} said
 */
export function notice({ kind = "info", title, text, actions = [], detail, level = 2, ...props }) {
  const role = kind === "danger" || kind === "warn" ? "alert" : "status";
  return h(
    "div",
    { role, ...props, class: `notice is-${kind} ${props.class ?? ""}` },
    icon(NOTICE_ICONS[kind]),
    h(
      "div",
      { class: "notice-text" },
      h(`h${level}`, { class: "notice-title" }, title),
      text && h("p", null, text),
      detail && h("p", { class: "note" }, detail),
      actions.length > 0 && h("div", { class: "actions" }, actions),
    ),
  );
}

/**
 * What went wrong, in a sentence that says what to do: the server's `howToFix` where it has one.
 * @param {import("./session.js").Trouble} trouble @param {{onRetry?: () => any, level?: Level, [props: string]: any}} [options]
 */
export function troubleNotice(trouble, { onRetry, ...options } = {}) {
  const { title, text } = troubleTexts(trouble);
  const again = button(t("common.retry"), { icon: "retry", small: true, "data-key": "retry" });
  again.addEventListener("click", () => run(again, async () => onRetry()));
  return notice({
    kind: MILD.has(trouble.reason ?? trouble.code) ? "info" : "warn",
    title,
    text,
    actions: onRetry && !FINAL.has(trouble.code) ? [again] : [],
    detail: trouble.trace && OURS.has(trouble.code) && t("common.trace", { trace: trouble.trace }),
    "data-code": trouble.code,
    "data-reason": trouble.reason,
    ...options,
  });
}

// What is as it should be, or waits for somebody else, is no warning.
const MILD = new Set([
  "RESYNCING",
  "NO_SEAT",
  "PARTNER_UNSUPPORTED",
  "CONTRACT_NOT_ENABLED",
  "CONTRACT_ACCESS_REQUIRED",
  "ROLE_REQUIRED",
]);
// For these, whoever helps has to find what happened.
const OURS = new Set(["INTERNAL_ERROR", "UNEXPECTED"]);
// Asking again gives the same answer until somebody else has done something.
const FINAL = new Set(["NOT_EMBEDDED"]);

/** The heading and the sentence for a trouble. @param {import("./session.js").Trouble} trouble */
export function troubleTexts(trouble) {
  const { code, reason, howToFix, message, retryAfter } = trouble;
  const place =
    [`common.denied.${reason}`, `common.trouble.${code}`].find((key) => has(`${key}.title`)) ??
    "common.trouble.UNEXPECTED";
  const wait = retryAfter
    ? t("common.inSeconds", { count: retryAfter })
    : code === "OVERLOADED"
      ? t("common.inAMoment")
      : "";
  const ours = howToFix ?? t(`${place}.text`);
  // What the embedding page says comes before what to do; what is wrong with an input says it itself.
  const said = code === "BAD_USER_INPUT" ? [message ?? ours] : [code === "NO_TOKEN" && message, ours];
  return { title: t(`${place}.title`), text: [...said, wait].filter(Boolean).join(" ") };
}

const LONG_CHARACTERS = 420;

/** A text of a person, as it was written. @param {string} text */
export function longText(text) {
  const said = h("p", { class: "said" }, text);
  if (text.length <= LONG_CHARACTERS && text.split("\n").length <= 8) return said;
  said.classList.add("is-folded");
  const whole = button(t("common.wholeText"), { kind: "quiet", small: true, "aria-expanded": "false" });
  whole.addEventListener("click", () => {
    const folded = said.classList.toggle("is-folded");
    whole.setAttribute("aria-expanded", String(!folded));
    whole.lastChild.textContent = t(folded ? "common.wholeText" : "common.lessText");
  });
  return h("div", { class: "long" }, said, whole);
}

/** An address as people write it: without scheme, www and the last slash. @param {string} url */
export const shortAddress = (url) => url.replace(/^https?:\/\/(www\.)?/i, "").replace(/\/$/, "");

/** @param {{firstName: string, lastName: string | null}} person */
export const nameOf = ({ firstName, lastName }) => [firstName, lastName].filter(Boolean).join(" ");

/** @param {any} text @param {...any} actions */
export const empty = (text, ...actions) => h("div", { class: "empty" }, h("p", null, text), actions);

/**
 * Grey shapes as large as what comes: "lines" (of a text), "person" (a person card), "card",
 * "profile" (the head of one), "tabs", "bar" (one line in a box).
 * @param {"lines" | "person" | "card" | "profile" | "tabs" | "bar"} shape @param {number} [count]
 */
export function skeleton(shape, count = 1) {
  const one = () =>
    h(
      "div",
      { class: `bone is-${shape}` },
      SHAPES[shape].map((part) => h("span", { class: part })),
    );
  return h("div", { class: "skeleton", "aria-hidden": "true" }, Array.from({ length: count }, one));
}

const SHAPES = {
  lines: ["line", "line is-long", "line is-short"],
  person: ["round", "line", "line is-long", "line is-short"],
  profile: ["round is-large", "line is-tall", "line is-long", "line is-short"],
  card: ["line is-short", "line", "line is-long"],
  tabs: ["line"],
  bar: ["line"],
};

/**
 * The foot of a list that goes on. `onMore` may be async: the button is busy meanwhile. Left out where it is not
 * known, `total` is not told.
 * @param {{hasMore: boolean, onMore: () => any, shown?: number, total?: number, key?: string}} list
 */
export function pager({ hasMore, onMore, shown, total, key = "more" }) {
  const known = total !== undefined;
  if (!hasMore && (!known || shown >= total)) return null;
  const more = button(t("common.more"), { small: true, "data-key": key });
  more.addEventListener("click", () => run(more, async () => onMore()));
  return h(
    "div",
    { class: "pager" },
    hasMore && more,
    known && h("span", { class: "note" }, t("common.shown", { shown: number(shown), total: number(total) })),
  );
}

let live = null;

/** Have screen readers say it, when they are done with what they say. @param {string} text */
export function announce(text) {
  live ??= document.body.appendChild(h("div", { class: "unseen", role: "status", "aria-live": "polite" }));
  // The same sentence twice is two pieces of news; an empty text between makes it so.
  live.textContent = "";
  setTimeout(() => (live.textContent = text), 50);
}

const TOAST_MS = 5_000;
let shown = null;

/** @param {string} text @param {keyof typeof ICONS} [drawing] */
export function toast(text, drawing = "check") {
  announce(text);
  shown?.remove();
  const made = h("div", { class: "toast", "aria-hidden": "true" }, icon(drawing), h("span", null, text));
  // The frame is as high as the widget, so the window's edge may be far from where the user looks.
  const near = document.activeElement?.getBoundingClientRect();
  const top = near && near.height > 0 && near.height < 400 ? near.top + scrollY : 0;
  made.style.insetBlockStart = `${Math.max(8, top - 56)}px`;
  shown = document.body.appendChild(made);
  setTimeout(() => made.remove(), TOAST_MS);
}
