// What is done with people for a job: saved, exported, not interested; and how far exports have come.
//
//   const outcomes = keepOutcomes({ operations: { decide, exportMember, progress }, onChange })
//   outcomes.job = { id, externalId, title }    for which job from now on; null: none yet
//   outcomes.of(memberId)                       what is known of this member for that job, an Outcome
//   outcomes.learn(memberId, { isSaved, export })   what the server said beforehand
//   outcomes.save(memberId) .decline(memberId) .exportMember(memberId)    promises; onChange(memberId) at each change
//
// What is pressed for one member and job runs one after another, so that the last decision counts at the
// server too; what is running or done already is not sent again.

import { announce, troubleTexts } from "./kit.js";
import { ask, errorAt, tell } from "./session.js";
import { t } from "./texts.js";

/**
 * @typedef {{id: string, state: string, lastError?: string | null, candidate?: {atsProfileUrl?: string | null} | null}} Export
 * @typedef {{code: string, message: string}} Refusal   what the server refused, or what went wrong
 * @typedef {{isSaved: boolean, isDeclined: boolean, export: Export | null, running: string[], refusal: Refusal | null}} Outcome
 * @typedef {{id: string, externalId: string, title: string}} Job
 */

const FIRST_LOOK_MS = 1_500;
const LATER_BY = 1.5;
const LOOK_MS_MAX = 30_000;
/** @type {Outcome} */
const NOTHING_YET = { isSaved: false, isDeclined: false, export: null, running: [], refusal: null };
const ON_ITS_WAY = new Set(["REQUESTED", "DELIVERED"]);

/** @param {{operations: {decide: string, exportMember: string, progress: string}, onChange: (memberId: string) => void}} options */
export function keepOutcomes({ operations, onChange }) {
  /** @type {Map<string, {member: string, job: Job, outcome: Outcome, last: Promise<void>}>} */
  const known = new Map();
  let timer = 0;
  let wait = FIRST_LOOK_MS;

  function entry(member, job = outcomes.job) {
    const key = `${job.id} ${member}`;
    if (!known.has(key)) known.set(key, { member, job, outcome: NOTHING_YET, last: Promise.resolve() });
    return known.get(key);
  }

  function put(at, change) {
    at.outcome = { ...at.outcome, ...change };
    if (at.job.id === outcomes.job?.id) onChange(at.member);
  }

  /** Do it after what is being done for this member and job; a second press of the same is nothing. */
  function inOrder(at, what, work) {
    if (at.outcome.running.at(-1) === what) return at.last;
    put(at, { running: [...at.outcome.running, what], refusal: null });
    at.last = at.last.then(work).then((change) => {
      put(at, { ...change, running: at.outcome.running.slice(1) });
      if (change.refusal) announce(change.refusal.message);
    });
    return at.last;
  }

  function decide(member, decision) {
    const at = entry(member);
    return inOrder(at, decision, async () => {
      const variables = { memberId: member, jobId: at.job.id, decision };
      const answer = await ask(operations.decide, variables);
      const refusal = refusalOf(answer, "decideRecommendedMatch");
      if (refusal) return { refusal };
      const isSaved = decision === "SAVED";
      tell(isSaved ? "saved" : "not-interested", { memberId: member, jobExternalId: at.job.externalId });
      announce(t(isSaved ? "people.savedFor" : "people.declinedFor", { job: at.job.title }));
      return { isSaved, isDeclined: !isSaved };
    });
  }

  function exportMember(member) {
    const at = entry(member);
    return inOrder(at, "EXPORT", async () => {
      const answer = await ask(operations.exportMember, { memberId: member, jobId: at.job.id });
      const refusal = refusalOf(answer, "exportMember");
      if (refusal) return { refusal };
      const sent = answer.data.exportMember.export;
      tell("exported", { memberId: member, jobExternalId: at.job.externalId });
      announce(t(`people.export.${sent.state}`));
      wait = FIRST_LOOK_MS;
      lookLater(wait);
      return { export: sent };
    });
  }

  function lookLater(after) {
    clearTimeout(timer);
    timer = setTimeout(look, after);
  }

  /** See how far all exports that are on their way have come: one question for all. */
  async function look() {
    const under = [...known.values()].filter(({ outcome }) => ON_ITS_WAY.has(outcome.export?.state));
    if (under.length === 0) return;
    if (!document.hidden) {
      const answer = await ask(operations.progress, {
        exports: under.map(({ outcome }) => outcome.export.id),
      });
      (answer.data?.nodes ?? []).forEach((now, place) => now?.id && comeTo(under[place], now));
    }
    wait = Math.min(wait * LATER_BY, LOOK_MS_MAX);
    lookLater(wait);
  }

  function comeTo(at, now) {
    const moved = now.state !== at.outcome.export.state;
    if (!moved && now.lastError === at.outcome.export.lastError) return;
    put(at, { export: now });
    if (moved) announce(t(`people.export.${now.state}`));
  }

  const outcomes = {
    /** @type {Job | null} */
    job: null,
    /** @param {string} member @returns {Outcome} */
    of: (member) => (outcomes.job && known.get(`${outcomes.job.id} ${member}`)?.outcome) || NOTHING_YET,
    learn(member, { isSaved, export: sent }) {
      const at = entry(member);
      at.outcome = { ...at.outcome, isSaved, export: sent ?? null };
      if (ON_ITS_WAY.has(sent?.state)) lookLater(wait);
    },
    save: (member) => decide(member, "SAVED"),
    decline: (member) => decide(member, "NOT_INTERESTED"),
    exportMember,
  };
  return outcomes;
}

/** What kept a mutation from being done, in words for a person; null if it was done. */
function refusalOf({ data, errors, trouble }, field) {
  const [wrong] = data?.[field]?.userErrors ?? [];
  if (wrong) return { code: wrong.code, message: wrong.message };
  const found = trouble ?? errorAt(errors, [field]);
  if (!found) return null;
  return { code: found.code, message: troubleWords(found) };
}

const troubleWords = (trouble) => {
  const { title, text } = troubleTexts(trouble);
  return `${title}. ${text}`;
};
