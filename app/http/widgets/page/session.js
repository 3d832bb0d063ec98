// The page's side of the conversation: with the page that embeds it, and with our own server.
//
//   page                                   the data block: widget, app, origins, operations, lang, theme
//   start({ onReady, onTrouble })          says `ready` to the embedding page. onReady() once there is a token, and again
//                                          whenever a new one follows one that was lost; onTrouble(trouble) when there is none
//   await ask("Profile", variables)        → { data, errors, trouble }: never throws. `trouble` if nothing was answered
//   tell("linked", { memberId })           a message to the embedding page
//   seatConnected()                        whether the ATS user is connected to a Recruiter seat
//   errorAt(errors, ["candidate","member"]) the first error at that path or below it, as a trouble; null if none
//   reportTrouble(trouble)                 tells the embedding page `failed`, with the code and nothing else
//
// A trouble is { code, reason?, feature?, howToFix?, retryAfter?, trace?, message? }: what kit's `troubleNotice` shows.
// `code` is the server's (README) or one of ours: OFFLINE, NOT_EMBEDDED, NO_TOKEN, EXPIRED, UNEXPECTED.
//
// The token is in this module's memory and nowhere else. It is renewed 30 s before it expires, or when it is
// refused; a request that was refused for its token runs again with the next one.

/**
 * @typedef {{code: string, reason?: string, feature?: string, howToFix?: string, retryAfter?: number,
 *   trace?: string, message?: string}} Trouble
 * @typedef {{message: string, path?: (string|number)[], extensions?: Record<string, any>}} AnswerError
 * @typedef {{data: any, errors: AnswerError[], trouble: Trouble | null}} Answer
 */

const VERSION = 1;
// Beside the page, so that a gateway below a path of its own works too.
const EXCHANGE_URL = new URL("token", location.href).href;
const GRAPHQL_URL = new URL("../graphql", location.href).href;
const RENEWED_BEFORE_END_MS = 30_000;
const FIRST_TOKEN_WAIT_MS = 20_000;
const NEXT_TOKEN_WAIT_MS = 10_000;
const ASKED_AGAIN_AFTER_S_MAX = 5;
const LIFETIME_MS_MAX = 3_600_000;

export const page = JSON.parse(document.getElementById("widget").textContent);

const embedding = window.parent === window ? null : window.parent;

let token = "";
let endsAt = 0;
let origin = "";
let connected = false;
let renewal = 0;
let patience = 0;
let lost = true;
/** @type {{onReady: () => void, onTrouble: (trouble: Trouble) => void}} */
let widget;
/** @type {Set<(there: boolean) => void>} */
const waiting = new Set();

/** Say to the embedding page that this one listens. Once a page. */
export function start(listeners) {
  widget = listeners;
  if (!embedding) return void widget.onTrouble({ code: "NOT_EMBEDDED" });
  addEventListener("message", receive);
  addEventListener("online", () => lost && origin && need("refused"));
  document.addEventListener(
    "visibilitychange",
    () => !document.hidden && origin && !isGood() && need("expiring"),
  );
  new ResizeObserver(sayHeight).observe(document.body);
  // Nothing is known of the other side yet, so this holds nothing.
  embedding.postMessage({ rsc: VERSION, type: "ready" }, "*");
  waitFor(FIRST_TOKEN_WAIT_MS);
}

/** Tell the embedding page, once it is known who that is. @param {string} type @param {object} [detail] */
export function tell(type, detail = {}) {
  if (embedding && origin) embedding.postMessage({ rsc: VERSION, type, ...detail }, origin);
}

/** @param {Trouble} trouble */
export const reportTrouble = (trouble) => tell("failed", { code: trouble.code });

export const seatConnected = () => connected;

let height = 0;

function sayHeight() {
  const now = Math.ceil(document.body.getBoundingClientRect().height);
  if (now === height || !origin) return;
  height = now;
  tell("height", { height });
}

function receive(event) {
  if (event.source !== embedding || !page.origins.includes(event.origin) || event.data?.rsc !== VERSION)
    return;
  if (origin && event.origin !== origin) return;
  if (event.data.type !== "token" && event.data.type !== "no-token") return;
  // Whoever answered is the page that embeds this one: from here on it is told what becomes of that.
  origin = event.origin;
  if (event.data.type === "token" && typeof event.data.token === "string")
    exchange(event.data.token, event.origin);
  if (event.data.type === "no-token") lose({ code: "NO_TOKEN", message: textOf(event.data.message) });
}

const textOf = (value) => (typeof value === "string" && value ? value.slice(0, 300) : undefined);

/** Make the widget token ours: the page's own token, which lives longer and is good for this page only. */
async function exchange(widgetToken, from) {
  const headers = { "Content-Type": "application/json" };
  if (isGood()) headers.Authorization = `Bearer ${token}`;
  const body = { token: widgetToken, widget: page.widget, app: page.app, origin: from };
  const sent = await send(EXCHANGE_URL, headers, body);
  if (sent.trouble || typeof sent.body?.token !== "string") {
    // One that is still good stays so: a renewal that failed is asked for again before it ends.
    if (isGood() && sent.trouble?.code !== "FORBIDDEN") return;
    return void lose(sent.trouble ?? { code: "UNEXPECTED" });
  }
  token = sent.body.token;
  connected = sent.body.seatConnected === true;
  // The server's clock, so that one of the browser that is wrong does no harm.
  const lifetime = Date.parse(sent.body.expiresAt) - (Date.parse(sent.date) || Date.now());
  const lives = Math.min(Math.max(lifetime || 0, 1_000), LIFETIME_MS_MAX);
  endsAt = performance.now() + lives;
  clearTimeout(patience);
  clearTimeout(renewal);
  renewal = setTimeout(() => need("expiring"), Math.max(lives - RENEWED_BEFORE_END_MS, lives / 2));
  for (const go of waiting) go(true);
  waiting.clear();
  sayHeight();
  if (lost) {
    lost = false;
    widget.onReady();
  }
}

const isGood = () => token !== "" && performance.now() < endsAt;

function need(reason) {
  tell("token-needed", { reason });
  clearTimeout(patience);
  patience = setTimeout(
    () => (isGood() ? need("expiring") : lose({ code: navigator.onLine ? "EXPIRED" : "OFFLINE" })),
    NEXT_TOKEN_WAIT_MS,
  );
}

function waitFor(time) {
  clearTimeout(patience);
  patience = setTimeout(() => lose({ code: "NO_TOKEN" }), time);
}

function lose(trouble) {
  token = "";
  lost = true;
  clearTimeout(renewal);
  clearTimeout(patience);
  for (const go of waiting) go(false);
  waiting.clear();
  reportTrouble(trouble);
  widget.onTrouble(trouble);
}

/** Ask the embedding page for a token after all; `onReady` follows if it gives one. */
export function tryAgain() {
  if (!embedding) return;
  if (origin) return need("refused");
  embedding.postMessage({ rsc: VERSION, type: "ready" }, "*");
  waitFor(FIRST_TOKEN_WAIT_MS);
}

/** Whether there is a good token, asking the embedding page for one if there is none. */
function haveToken() {
  if (isGood()) return true;
  return new Promise((resolve) => {
    waiting.add(resolve);
    if (waiting.size === 1) need("refused");
  });
}

/**
 * Run one of the page's own operations, by the id that the data block has for it.
 * @param {string} operation @param {Record<string, any>} [variables]
 * @returns {Promise<Answer>}
 */
export async function ask(operation, variables = {}) {
  const body = { documentId: page.operations[operation], variables };
  const answer = await askOnce(body);
  if (answer.trouble?.code === "UNAUTHENTICATED") {
    token = "";
    return askOnce(body);
  }
  const { code, retryAfter } = answer.trouble ?? {};
  // It was refused before anything was done, so even a mutation may be sent again.
  if (code === "OVERLOADED" && retryAfter <= ASKED_AGAIN_AFTER_S_MAX) {
    await new Promise((resolve) => setTimeout(resolve, retryAfter * 1000 + Math.random() * 500));
    return askOnce(body);
  }
  return answer;
}

async function askOnce(body) {
  if (!(await haveToken())) return nothing({ code: navigator.onLine ? "EXPIRED" : "OFFLINE" });
  const sent = await send(
    GRAPHQL_URL,
    {
      Accept: "application/graphql-response+json, application/json;q=0.9",
      Authorization: `Bearer ${token}`,
      "Content-Type": "application/json",
    },
    body,
  );
  if (sent.trouble) return nothing(sent.trouble);
  const errors = sent.body.errors ?? [];
  if (sent.body.data) return { data: sent.body.data, errors, trouble: null };
  return nothing(
    errors.length ? troubleOf(errors[0], sent.trace) : { code: "UNEXPECTED", trace: sent.trace },
  );
}

const nothing = (trouble) => ({ data: null, errors: [], trouble });

/** One POST of JSON: { body, date, trace } or { trouble }. */
async function send(url, headers, body) {
  let answer;
  let text;
  try {
    answer = await fetch(url, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
      credentials: "omit",
      cache: "no-store",
      referrerPolicy: "no-referrer",
    });
    text = await answer.text();
  } catch {
    return { trouble: { code: "OFFLINE" } };
  }
  const trace = answer.headers.get("X-Trace-Id") ?? undefined;
  let said = null;
  try {
    said = JSON.parse(text);
  } catch {
    // What is in front of the server may answer in its own words; its status says enough.
  }
  if (answer.ok && said) return { body: said, date: answer.headers.get("Date"), trace };
  const retryAfter = Number(answer.headers.get("Retry-After")) || undefined;
  const error = said?.errors?.[0];
  /** @type {Trouble} */
  const trouble = error ? troubleOf(error, trace) : { code: codeOf(answer.status), trace };
  if (retryAfter !== undefined) trouble.retryAfter = retryAfter;
  return { trouble };
}

const BY_STATUS = {
  401: "UNAUTHENTICATED",
  403: "FORBIDDEN",
  429: "OVERLOADED",
  503: "OVERLOADED",
  504: "TIMEOUT",
};

const codeOf = (status) => BY_STATUS[status] ?? "UNEXPECTED";

/** @param {AnswerError} error @param {string} [trace] @returns {Trouble} */
export function troubleOf(error, trace) {
  const { code, reason, feature, howToFix } = error.extensions ?? {};
  return { code: code ?? "UNEXPECTED", reason, feature, howToFix, trace, message: error.message };
}

/**
 * The first error at this path or below it. Numbers of lists are part of the path.
 * @param {AnswerError[]} errors @param {(string | number)[]} path @returns {Trouble | null}
 */
export function errorAt(errors, path) {
  const found = errors.find((error) => path.every((part, place) => error.path?.[place] === part));
  return found ? troubleOf(found) : null;
}
