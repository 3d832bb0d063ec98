// People as search and recommendations show them: a card each, in a list that the keyboard goes through.
//
//   personOf({ member, candidate, inAts, score, matchedOn, reasons })    a Person: member and candidate as one
//   foundCard(person, { body, actions, level, … })                 its card (an <article>): who, why found, what the ATS knows
//   peopleList({ label, act, may, outcomes, loadDetails, keys, onEnd })   the list: { element, show(people, total), add(people), redraw(memberId), focus() }
//   keysHelp(keys)                                                 a button that shows the keys, and its .open()
//
// The list is a feed (WAI-ARIA): each person an article that takes the focus, moved through by arrows, Page Up
// and Down, Home and End. Letters are keys only while the focus is in the list and not in a field, so that
// neither speech input nor a screen reader's own keys meet them elsewhere. Each key is a button as well.

import { dialog } from "./controls.js";
import { detailsOf } from "./details.js";
import {
  announce,
  button,
  chip,
  factsRow,
  h,
  icon,
  nameOf as fullName,
  outLink,
  personCard,
  replace,
  setBusy,
  toast,
} from "./kit.js";
import { list, named, t } from "./texts.js";

/**
 * @typedef {{key: string, member: any, candidate: any, inAts: any, score: number, why: string[], isOpen: boolean,
 *   details: {member?: any, candidate?: any, trouble?: any} | null}} Person
 */

/** What the ATS has is `candidate`, or in short `inAts` where a member was asked for. @returns {Person} */
export function personOf({
  member = null,
  candidate = null,
  inAts = null,
  score,
  matchedOn = [],
  reasons = [],
}) {
  const why =
    matchedOn.length > 0
      ? [t("people.foundBy", { places: list(matchedOn.map((place) => named("people.place", place))) })]
      : reasons;
  return { key: member?.id ?? candidate.id, member, candidate, inAts, score, why, isOpen: false, details: null };
}

const nameOf = ({ member, candidate }) => fullName(member ?? candidate);

const STEPS = { found: [0.85, 0.65], fits: [0.7, 0.45] };

/** A score from 0 to 1 in words. @param {number} score @param {string} kind "found" or "fits" */
export function scoreWords(score, kind) {
  const place = STEPS[kind].findIndex((from) => score >= from);
  return t(`people.score.${kind}.${["high", "middle", "low"].at(place)}`);
}

/** @param {Person} person @param {Record<string, any>} [options] */
export function foundCard(person, { scoreKind = "found", body, ...options } = {}) {
  const { member, candidate } = person;
  const headline =
    member?.headline ??
    [candidate?.currentJobTitle, candidate?.currentCompanyName].filter(Boolean).join(" · ");
  return personCard({
    name: nameOf(person),
    headline,
    facts: [member?.location, scoreWords(person.score, scoreKind), person.why.length === 1 && person.why[0]],
    pictureUrl: member?.pictureUrl,
    url: member?.publicProfileUrl,
    chips: chipsOf(person),
    body: [knownToAts(person), reasonsOf(person), body],
    ...options,
  });
}

const TAGS_SHOWN = 4;

function chipsOf({ member, candidate, inAts }) {
  const tags = (candidate ?? inAts)?.tags ?? [];
  const isKnown = candidate !== null || (inAts?.applicationCount ?? 0) > 0;
  return [
    isForbidden({ candidate, inAts }) && chip(t("people.doNotContact"), { kind: "danger", icon: "ban" }),
    isKnown && chip(t("people.inAts"), { kind: "ok", icon: "check" }),
    member?.openToWork && chip(t("people.openToWork"), { kind: "accent" }),
    ...tags
      .filter((tag) => !tag.isDoNotContact)
      .slice(0, TAGS_SHOWN)
      .map((tag) => chip(tag.name, { icon: "tag" })),
    tags.length > TAGS_SHOWN && chip(t("people.moreTags", { count: tags.length - TAGS_SHOWN })),
  ].filter(Boolean);
}

const isForbidden = ({ candidate, inAts }) => (candidate ?? inAts)?.doNotContact === true;

/** What the ATS has on the person's applications, in a line. */
function knownToAts({ candidate, inAts }) {
  const count = candidate?.applications.totalCount ?? inAts?.applicationCount ?? 0;
  if (!candidate && count === 0) return null;
  const latest = candidate?.applications.edges[0]?.node;
  const stage = latest && (latest.stage ?? named("people.status", latest.status));
  const words = [
    t("people.applications", { count }),
    latest?.job ? t("people.latest", { stage, job: latest.job.title }) : stage,
  ];
  return factsRow([
    ...words,
    candidate?.atsProfileUrl && outLink(candidate.atsProfileUrl, t("people.atsRecord")),
  ]);
}

function reasonsOf({ why }) {
  if (why.length < 2) return null;
  return h(
    "ul",
    { class: "reasons", "aria-label": t("people.reasons") },
    why.map((reason) => h("li", null, icon("check"), reason)),
  );
}

/**
 * @param {{label: string, scoreKind: string, may: {export: any, decide: any}, outcomes: ReturnType<typeof import("./outcomes.js").keepOutcomes>,
 *   ready: (verb: string, person: Person) => boolean, loadDetails: (person: Person) => Promise<any>,
 *   keys: Record<string, () => any>, onEnd?: () => any}} options
 *   `ready` says whether something may be done now, and else sees to what is missing (a job, say).
 */
export function peopleList({ label, scoreKind, may, outcomes, ready, loadDetails, keys, onEnd }) {
  const element = h("div", { role: "feed", class: "people rows", "aria-label": label, onkeydown: press });
  /** @type {Map<string, {person: Person, article: HTMLElement, draw: () => void}>} */
  const shown = new Map();
  const act = {
    s: (person) => act_(person, "decide", "save", outcomes.of(person.key).isSaved && t("people.saved")),
    e: (person) => act_(person, "export", "exportMember", exportDone(person)),
    x: (person) =>
      act_(person, "decide", "decline", outcomes.of(person.key).isDeclined && t("people.declined")),
    enter: (person) => toggle(person),
  };

  function exportDone(person) {
    if (isForbidden(person)) return t("people.exportForbidden");
    const sent = outcomes.of(person.key).export;
    return sent && t(`people.export.${sent.state}`);
  }

  /** Do it, or say why not. */
  function act_(person, right, verb, done) {
    if (!person.member) return toast(t("people.noMember"), "info");
    if (!may[right].granted) return toast(may[right].howToFix, "info");
    if (!ready(verb, person)) return undefined;
    if (done) return announce(done);
    return outcomes[verb](person.key);
  }

  async function toggle(person) {
    person.isOpen = !person.isOpen;
    if (person.isOpen && (!person.details || person.details.trouble)) {
      person.details = null;
      shown.get(person.key).draw();
      person.details = await loadDetails(person);
    }
    shown.get(person.key)?.draw();
  }

  function press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea"))
      return;
    const article = event.target.closest("article");
    const all = [...element.children];
    const place = all.indexOf(article);
    const last = all.length - 1;
    const to = {
      ArrowDown: place + 1,
      PageDown: place + 1,
      ArrowUp: place - 1,
      PageUp: place - 1,
      Home: 0,
      End: last,
    }[event.key];
    const key = event.key.toLowerCase();
    const at = [...shown.values()][place];
    if (to > last) onEnd?.();
    else if (to < 0) keys["/"]?.();
    else if (to !== undefined) all[to].focus();
    else if (key === "enter" && event.target !== article) return;
    else if (Object.hasOwn(act, key)) act[key](at.person);
    else if (Object.hasOwn(keys, key)) keys[key]();
    else return;
    event.preventDefault();
  }

  function make(person) {
    const more = h("div", { class: "person-more" });
    const actions = h("div", { class: "actions" });
    const props = { tabindex: "0", "data-key": person.key, class: "is-found" };
    const article = foundCard(person, { scoreKind, body: more, actions: [actions], ...props });
    // The name alone: its heading has a link with words of its own.
    article.removeAttribute("aria-labelledby");
    article.setAttribute("aria-label", nameOf(person));
    const draw = () => {
      const outcome = outcomes.of(person.key);
      const hadFocus = article.contains(document.activeElement);
      article.classList.toggle("is-declined", outcome.isDeclined);
      replace(more, stateOf(person, outcome), person.isOpen && !outcome.isDeclined && detailsOf(person));
      replace(actions, actionsOf(person, outcome, may, act));
      if (hadFocus && !article.contains(document.activeElement)) article.focus({ preventScroll: true });
    };
    draw();
    return { person, article, draw };
  }

  function number(total) {
    [...element.children].forEach((article, place) => {
      article.setAttribute("aria-posinset", String(place + 1));
      article.setAttribute("aria-setsize", String(total));
    });
  }

  function add(people, total) {
    for (const person of people) {
      // Somebody may have moved to the next page meanwhile.
      if (shown.has(person.key)) continue;
      const made = make(person);
      shown.set(person.key, made);
      element.append(made.article);
    }
    number(total);
  }

  function show(people, total) {
    shown.clear();
    element.replaceChildren();
    add(people, total);
  }

  return {
    element,
    show,
    add,
    redraw: (memberId) => shown.get(memberId)?.draw(),
    redrawAll: () => shown.forEach(({ draw }) => draw()),
    focus: (place = 0) => element.children[place]?.focus(),
    get size() {
      return shown.size;
    },
  };
}

function actionsOf(person, outcome, may, act) {
  const name = nameOf(person);
  const one = (word, key, runs, options) => {
    const text = [word, h("span", { class: "unseen" }, ` ${name}`)];
    const props = {
      small: true,
      "data-key": `${key} ${person.key}`,
      "aria-keyshortcuts": key,
      onclick: () => act[key](person),
      ...options,
    };
    const made = button(text, props);
    // A button that is replaced while it works keeps the focus, so it is busy and not disabled.
    setBusy(made, outcome.running.includes(runs));
    return made;
  };
  const details = button(
    [t(person.isOpen ? "people.less" : "people.details"), h("span", { class: "unseen" }, ` ${name}`)],
    {
      kind: "quiet",
      small: true,
      "data-key": `enter ${person.key}`,
      "aria-expanded": String(person.isOpen),
      onclick: () => act.enter(person),
    },
  );
  if (!person.member) return [details];
  if (outcome.isDeclined) return [one(t("people.saveInstead"), "s", "SAVED", { kind: "quiet" })];
  const canExport = may.export.granted && !outcome.export && !isForbidden(person);
  return [
    may.decide.granted &&
      one(t(outcome.isSaved ? "people.saved" : "people.save"), "s", "SAVED", {
        icon: outcome.isSaved ? "check" : "star",
        "aria-pressed": String(outcome.isSaved),
      }),
    canExport && one(t("people.exportIt"), "e", "EXPORT", { icon: "out" }),
    may.decide.granted && one(t("people.decline"), "x", "NOT_INTERESTED", {}),
    details,
  ];
}

const EXPORT_STEPS = { REQUESTED: 1, DELIVERED: 2, CREATED: 3, FAILED: 0 };
const EXPORT_KINDS = { REQUESTED: "info", DELIVERED: "info", CREATED: "ok", FAILED: "danger" };
const EXPORT_ICONS = { REQUESTED: "clock", DELIVERED: "clock", CREATED: "check", FAILED: "alert" };

/** How an export stands, that it is forbidden, what was refused, that the person is not wanted. */
function stateOf(person, outcome) {
  const told = [];
  if (outcome.isDeclined) told.push(h("p", { class: "note" }, t("people.declined")));
  else if (isForbidden(person)) told.push(line("danger", "ban", t("people.exportForbidden")));
  if (outcome.export) {
    const { state, lastError, candidate } = outcome.export;
    const steps = h(
      "span",
      { class: "steps", "data-step": EXPORT_STEPS[state], "aria-hidden": "true" },
      [1, 2, 3].map(() => h("i")),
    );
    const why = state === "FAILED" && lastError && ` ${lastError}`;
    const record = candidate?.atsProfileUrl && outLink(candidate.atsProfileUrl, t("people.atsRecord"));
    told.push(
      line(
        EXPORT_KINDS[state],
        EXPORT_ICONS[state],
        [t(`people.export.${state}`), why, record && " ", record],
        state !== "FAILED" && steps,
      ),
    );
  }
  if (outcome.refusal) {
    const [kind, drawing] = outcome.refusal.code === "DO_NOT_CONTACT" ? ["danger", "ban"] : ["warn", "alert"];
    told.push(line(kind, drawing, outcome.refusal.message));
  }
  return told;
}

const line = (kind, drawing, text, more) =>
  h("p", { class: `state is-${kind}` }, icon(drawing), h("span", null, text), more);

/** The button that shows the keys. @param {() => (string | false)[]} keys those that work now */
export function keysHelp(keys) {
  const open = () => {
    const body = h(
      "dl",
      { class: "keys" },
      keys()
        .filter(Boolean)
        .map((key) => [h("dt", null, h("kbd", null, key)), h("dd", null, t(`people.keys.${key}`))]),
    );
    return dialog({
      title: t("people.keys.title"),
      text: t("people.keys.where"),
      body,
      confirm: t("common.close"),
      cancel: null,
    });
  };
  const element = button(t("people.keys.button"), {
    kind: "quiet",
    small: true,
    "data-key": "keys",
    onclick: open,
  });
  return { element, open };
}
