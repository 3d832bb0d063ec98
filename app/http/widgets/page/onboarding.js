// The onboarding widget: how far the integration has come, who has to do what next, and its switches.
//
// Everything is drawn anew from one answer (operation Onboarding) after each step, so the page never shows what it
// hopes for. While somebody else is awaited, or a sync runs, a small operation (Progress) looks from time to time.

import { access, chart } from "./access.js";
import { disabling } from "./disable.js";
import { announce, chip, h, notice, replace, skeleton, toast, troubleNotice } from "./kit.js";
import { features, seat } from "./person.js";
import { ask, errorAt, start, tell, tryAgain } from "./session.js";
import { progress, stage, steps, unfinished } from "./stages.js";
import { t } from "./texts.js";

// Every worker of the server knows a change within a second, and what is granted comes from what it knows.
const KNOWN_EVERYWHERE_AFTER_MS = 1_100;
const STALE_AFTER_MS = 30_000;
const WAITING_MS = 20_000;
const SYNCING_MS = 3_000;
const SLOWEST_MS = 30_000;
const ENABLED = ["SYNCING", "LIVE"];
/** How often to look in each state; in those that are left out nobody is awaited. */
const LOOKED_EVERY_MS = {
  NONE: WAITING_MS,
  REQUESTED: WAITING_MS,
  PARTNER_READY: WAITING_MS,
  SYNCING: SYNCING_MS,
  RESYNCING: SYNCING_MS,
};
const STATE_KINDS = { REQUESTED: "warn", PARTNER_READY: "accent", SYNCING: "accent", RESYNCING: "warn", LIVE: "ok", DISABLED: "danger" };

const root = document.getElementById("root");

/** What is shown, made of the last answer; null before the first. */
let view = null;
/** The trouble of the last attempt to read it anew. */
let lastTrouble = null;
/** By place, what kept the last step there from being done: { trouble } or { refusals }, and whether the state moved. */
const problems = new Map();
const placesShown = new Set();
let turns = 0;
let acting = 0;
let readAt = 0;
let timer = 0;
let wait = 0;
let told;

function viewOf({ viewer, featureChart, integration }) {
  const { roles, company, partner } = viewer;
  const isEnabled = ENABLED.includes(integration?.state);
  const resyncing = isEnabled && Boolean(integration.resync) && !integration.resync.finishedAt;
  return {
    viewer,
    integration,
    rules: featureChart,
    run: unfinished(integration),
    isEnabled,
    state: integration ? (resyncing ? "RESYNCING" : integration.state) : "NONE",
    company: company?.name ?? "",
    ats: integration?.partner.name ?? partner?.name,
    ownAts: partner,
    isAtsAdmin: roles.includes("ATS_ADMIN"),
    isRecruiterAdmin: roles.includes("RECRUITER_ADMIN"),
  };
}

/** Read everything and show it. */
async function refresh() {
  const turn = ++turns;
  clearTimeout(timer);
  const { data, trouble } = await ask("Onboarding");
  // A later question is on its way: its answer counts.
  if (turn !== turns) return;
  lastTrouble = trouble;
  if (data) {
    view = viewOf(data);
    readAt = performance.now();
    wait = LOOKED_EVERY_MS[view.state];
    sayState();
  }
  draw();
  look();
}

function sayState() {
  if (told === view.state) return;
  if (told) announce(t("onboarding.state.announced", { state: t(`onboarding.state.${view.state}`) }));
  told = view.state;
  tell("integration", { state: view.integration ? view.integration.state : "NONE" });
}

/**
 * Do a step; what is wrong is shown at `place` until the next try. Whatever came of it, all is read anew.
 * @param {string} place @param {string} operation @param {Record<string, any>} variables @param {string} done
 */
async function act(place, operation, variables, done) {
  if (acting > 0) return;
  acting += 1;
  problems.clear();
  const before = view.state;
  const { data, errors, trouble } = await ask(operation, variables);
  const field = operation.charAt(0).toLowerCase() + operation.slice(1);
  const wrong = trouble ?? errorAt(errors, [field]);
  const refusals = wrong ? [] : data[field].userErrors;
  if (wrong || refusals.length > 0) problems.set(place, { trouble: wrong, refusals });
  acting -= 1;
  await refresh();
  const problem = problems.get(place);
  if (problem) {
    problem.moved = view.state !== before;
    return draw();
  }
  toast(done);
  // What was pressed may have gone with its state.
  if (document.activeElement === document.body) document.getElementById("page-title").focus({ preventScroll: true });
  setTimeout(() => acting === 0 && refresh(), KNOWN_EVERYWHERE_AFTER_MS);
}

const desk = {
  act,
  /** What kept the last step at this place from being done. */
  problem: (place) => (take(place) ? problemNotice(problems.get(place)) : null),
  /** How often it was refused: once for each thing that is in its way. */
  refusals: (place) => (take(place) ? problems.get(place).refusals.length : 0),
};

/** Whether there is anything to say at this place, which says it then. */
function take(place) {
  placesShown.add(place);
  return problems.has(place);
}

function problemNotice({ trouble, refusals, moved }) {
  if (trouble) return troubleNotice(trouble, { level: 3 });
  const sentences = refusals.map(({ message }) => message);
  return notice({
    kind: "warn",
    level: 3,
    title: t("onboarding.notDone"),
    text: sentences.length === 1 ? sentences[0] : h("ul", { class: "sentences" }, sentences.map((text) => h("li", null, text))),
    detail: moved && t("onboarding.moved"),
  });
}

function draw() {
  root.removeAttribute("aria-busy");
  if (!view) return replace(root, lastTrouble && troubleNotice(lastTrouble, { onRetry: refresh }));
  placesShown.clear();
  const { isEnabled } = view;
  const body = [
    h("div", { class: "stack main" }, stage(view, desk), isEnabled && access(view, desk), chart(view), isEnabled && disabling(view, desk)),
    h("div", { class: "stack aside" }, seat(view), features(view)),
  ];
  const nowhere = [...problems].filter(([place]) => !placesShown.has(place)).map(([, problem]) => problemNotice(problem));
  replace(
    root,
    h(
      "div",
      { class: "stack onboarding", "data-state": view.state },
      header(),
      lastTrouble && !isTold(lastTrouble) && troubleNotice(lastTrouble, { onRetry: refresh }),
      nowhere,
      steps(view),
      h("div", { class: "columns" }, body),
    ),
  );
}

const isTold = ({ code }) => [...problems.values()].some(({ trouble }) => trouble?.code === code);

function header() {
  const { ats, company, state } = view;
  return h(
    "header",
    { class: "section" },
    h(
      "div",
      { class: "head-name" },
      h("h1", { id: "page-title", tabindex: "-1" }, ats ? t("onboarding.heading", { ats }) : t("onboarding.headingWithoutAts")),
      chip(t(`onboarding.state.${state}`), { kind: STATE_KINDS[state] }),
    ),
    h("p", { class: "muted" }, t("onboarding.subtitle", { company })),
  );
}

/** Look again after a while; less and less often while nothing moves, and not while nobody can see it. */
function look() {
  clearTimeout(timer);
  if (wait) timer = setTimeout(lookNow, wait);
}

async function lookNow() {
  if (document.hidden || acting > 0) return look();
  const turn = turns;
  const { data, trouble } = await ask("Progress");
  if (turn !== turns || acting > 0) return;
  if (trouble) {
    wait = Math.max(Math.min(wait * 2, SLOWEST_MS), (trouble.retryAfter ?? 0) * 1000);
    return look();
  }
  const { integration } = data;
  const run = unfinished(integration);
  if (integration?.state !== view.integration?.state || Boolean(run) !== Boolean(view.run)) return refresh();
  const place = document.getElementById("progress");
  if (run && place) {
    wait = run.done === view.run.done ? Math.min(wait * 1.5, SLOWEST_MS) : SYNCING_MS;
    view.run = run;
    replace(place, progress(view));
  }
  look();
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden && view && acting === 0 && performance.now() - readAt > STALE_AFTER_MS) refresh();
});

replace(root, h("div", { class: "stack" }, skeleton("lines"), skeleton("card", 2), skeleton("lines", 2)));
start({
  onReady: refresh,
  onTrouble(trouble) {
    // Whatever is on its way answers somebody who is not signed in any more.
    turns += 1;
    clearTimeout(timer);
    root.removeAttribute("aria-busy");
    replace(root, troubleNotice(trouble, { onRetry: tryAgain }));
  },
});
