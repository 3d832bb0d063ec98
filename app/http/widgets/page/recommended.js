// The recommended matches of a job of the ATS: the job, and the members who fit it, the best first, each with
// why; to save for the job, to export to it, or to put aside.

import {
  announce,
  button,
  chip,
  empty,
  factsRow,
  h,
  pager,
  replace,
  skeleton,
  troubleNotice,
} from "./kit.js";
import { keepOutcomes } from "./outcomes.js";
import { keysHelp, peopleList, personOf } from "./people.js";
import { ask, errorAt, start, tryAgain } from "./session.js";
import { since, t } from "./texts.js";

const root = document.getElementById("root");
const list = h("div", { class: "stack" });

/** @type {{viewer: any, job: any} | null} */
let known = null;
let total = 0;
let cursor = null;
let hasMore = false;

const outcomes = keepOutcomes({
  operations: {
    decide: "RecommendedDecide",
    exportMember: "RecommendedExport",
    progress: "RecommendedProgress",
  },
  onChange: (memberId) => people.redraw(memberId),
});
const help = keysHelp(() => ["↓ ↑", "Enter", "s", "e", "x", "?"]);
const people = peopleList({
  label: t("recommended.results"),
  scoreKind: "fits",
  outcomes,
  loadDetails,
  ready: () => true,
  // Who may see recommendations may decide on them; that is one feature.
  may: {
    decide: { granted: true },
    get export() {
      return known.viewer.export;
    },
  },
  keys: { "?": help.open },
  onEnd: () => list.querySelector(".pager .button")?.focus(),
});

replace(root, h("div", { class: "stack" }, skeleton("lines"), skeleton("person", 4)));
start({ onReady: begin, onTrouble: (trouble) => stop(trouble, tryAgain) });

function stop(trouble, onRetry = begin) {
  root.removeAttribute("aria-busy");
  // With a list on the screen nothing is taken away; what is pressed next says by itself what is wrong.
  if (known)
    replace(list, troubleNotice(trouble, { onRetry }), list.contains(people.element) && people.element);
  else replace(root, troubleNotice(trouble, { onRetry }));
}

async function begin() {
  const { data, errors, trouble } = await ask("Recommended");
  const wrong = trouble ?? (data.job ? errorAt(errors, ["viewer"]) : errorAt(errors, ["job"]));
  if (wrong) return stop(wrong);
  root.removeAttribute("aria-busy");
  if (!data.job)
    return replace(
      root,
      empty(
        t("recommended.unknownJob"),
        button(t("common.retry"), { icon: "retry", small: true, onclick: begin }),
      ),
    );
  known = data;
  outcomes.job = data.job;
  const page = data.job.recommendedMatches;
  replace(root, h("div", { class: "stack" }, headOf(data), list));
  if (!page)
    return replace(list, refusal(errorAt(errors, ["job", "recommendedMatches"]) ?? { code: "UNEXPECTED" }));
  total = page.totalCount;
  take(page, people.show);
  draw(errors);
  announce(t("recommended.count", { count: total }));
}

function headOf({ job, viewer }) {
  const isOpen = job.state === "LISTED";
  return h(
    "header",
    { class: "stack is-tight" },
    h(
      "div",
      { class: "section-head" },
      h("h1", null, t("recommended.heading", { job: job.title })),
      help.element,
    ),
    h(
      "div",
      { class: "chips" },
      chip(t(isOpen ? "recommended.open" : "recommended.closed"), { kind: isOpen ? "ok" : "warn" }),
    ),
    factsRow([
      job.location,
      job.department,
      job.requisitionCode,
      isOpen && job.listedAt && t("recommended.listed", { when: since(job.listedAt) }),
    ]),
    job.recommendedMatches &&
      !viewer.export.granted &&
      h("p", { class: "note" }, t("people.without.export"), " ", viewer.export.howToFix),
  );
}

/** Without LinkedIn there is nothing of a recommendation to show: the members are LinkedIn's. */
const refusal = (trouble) =>
  troubleNotice(trouble, {
    onRetry: begin,
    ...(trouble.code === "SOURCE_UNAVAILABLE" && { text: t("recommended.sourceDown") }),
  });

/** Take a page's people in, with what was done with them before. */
function take(page, into) {
  for (const { node, isSaved, export: sent } of page.edges)
    outcomes.learn(node.id, { isSaved, export: sent });
  cursor = page.pageInfo.endCursor;
  hasMore = page.pageInfo.hasNextPage;
  into(
    page.edges.map(({ node, score, reasons }) =>
      personOf({ member: node, inAts: node.inAts, score, reasons }),
    ),
    total,
  );
}

function draw(errors) {
  if (total === 0) return replace(list, nobody());
  const broken = errors.some(({ extensions }) => extensions?.code === "SOURCE_UNAVAILABLE");
  replace(
    list,
    broken && refusal({ code: "SOURCE_UNAVAILABLE" }),
    h("h2", { class: "list-count" }, t("recommended.count", { count: total })),
    people.element,
    pager({ hasMore, onMore: more, shown: people.size, total }),
  );
}

/** Why there are none, and what to do about it. */
function nobody() {
  const why = known.job.state === "CLOSED" ? "closed" : "none";
  return empty(
    h("strong", null, t(`recommended.${why}Title`)),
    h("p", null, t(`recommended.${why}Text`)),
    why === "none" &&
      button(t("common.retry"), { icon: "retry", small: true, "data-key": "retry", onclick: begin }),
  );
}

async function more() {
  const { data, errors, trouble } = await ask("RecommendedMore", { after: cursor });
  const page = data?.job?.recommendedMatches;
  if (!page) {
    const wrong = trouble ?? errorAt(errors, ["job"]) ?? { code: "UNEXPECTED" };
    return void list.append(refusal(wrong));
  }
  const before = people.size;
  take(page, people.add);
  draw(errors);
  people.focus(before);
}

async function loadDetails({ member }) {
  const { data, errors, trouble } = await ask("RecommendedDetails", { member: member.id });
  const wrong = trouble ?? (data.member ? null : errorAt(errors, ["member"]));
  return wrong ? { trouble: wrong } : { member: data.member };
}
