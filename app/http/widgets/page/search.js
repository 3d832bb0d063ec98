// The unified search: LinkedIn's members and the ATS's candidates, each person once; what is found can be
// narrowed down, and people saved for a job, exported to it, or put aside.

import { searchForm } from "./controls.js";
import { FACETED_MAX, searchFilters } from "./filters.js";
import { makeJobBar } from "./jobs.js";
import { announce, button, empty, h, pager, replace, skeleton, troubleNotice } from "./kit.js";
import { keepOutcomes } from "./outcomes.js";
import { keysHelp, peopleList, personOf } from "./people.js";
import { ask, errorAt, start, tryAgain } from "./session.js";
import { t } from "./texts.js";

const TYPED_MS = 250;
const LETTERS_MIN = 2;
/** The server counts no further. */
const COUNTED_MAX = 4_000;

const root = document.getElementById("root");
const results = h("div", { class: "stack results" });

let may = null;
let query = "";
/** Of searches that overtake each other only the last one's answer counts. */
let turn = 0;
let timer = 0;
/** @type {{query: string, filter: any, total: number, cursor: string | null, hasMore: boolean} | null} */
let found = null;

const outcomes = keepOutcomes({
  operations: { decide: "SearchDecide", exportMember: "SearchExport", progress: "SearchProgress" },
  onChange: (memberId) => people.redraw(memberId),
});
const help = keysHelp(() => ["/", "↓ ↑", "Enter", "s", "e", "x", !jobBar.isBound && "j", "?"]);
const box = searchForm({
  label: t("search.label"),
  button: t("search.button"),
  placeholder: t("search.placeholder"),
  hint: null,
  "data-key": "query",
  maxlength: 200,
  onSearch: (text) => search(text),
  oninput: typed,
  onkeydown: intoList,
});
const people = peopleList({
  label: t("search.results"),
  scoreKind: "found",
  outcomes,
  loadDetails,
  ready: hasJob,
  may: {
    get export() {
      return may.export;
    },
    get decide() {
      return may.decide;
    },
  },
  keys: { "/": toBox, escape: toBox, j: () => jobBar.choose(), "?": help.open },
  onEnd: () => results.querySelector(".pager .button")?.focus(),
});
const filters = searchFilters({ onChange: () => query && search(query), onRemoved: () => box.input.focus() });
const jobBar = makeJobBar({
  outcomes,
  onSet: () => people.redrawAll(),
  onChosen: () => (people.element.isConnected ? people.focus() : box.input.focus()),
});

replace(root, h("div", { class: "stack" }, skeleton("card"), skeleton("person", 3)));
start({ onReady: begin, onTrouble: (trouble) => stop(trouble) });

function stop(trouble, onRetry = tryAgain) {
  root.removeAttribute("aria-busy");
  // What has been typed and found stays where it is; only the next step needs the server.
  if (root.contains(results))
    replace(results, troubleNotice(trouble, { onRetry }), people.size > 0 && people.element);
  else replace(root, troubleNotice(trouble, { onRetry }));
}

async function begin() {
  if (may?.search.granted) {
    if (!root.contains(results)) draw();
    return void (query && search(query));
  }
  const { data, errors, trouble } = await ask("SearchStart");
  const wrong = trouble ?? errorAt(errors, ["viewer"]);
  if (wrong) return stop(wrong, begin);
  may = data.viewer;
  root.removeAttribute("aria-busy");
  if (!may.search.granted) {
    const { reason, howToFix } = may.search;
    return stop({ code: "FEATURE_NOT_GRANTED", reason, howToFix }, () => ((may = null), begin()));
  }
  jobBar.set(data.job, true);
  draw();
}

function draw() {
  replace(
    root,
    h(
      "div",
      { class: "stack" },
      h("div", { class: "section-head" }, h("h1", null, t("search.title")), help.element),
      box.element,
      (may.decide.granted || may.export.granted) && jobBar.element,
      ["decide", "export"]
        .filter((right) => !may[right].granted)
        .map((right) => h("p", { class: "note" }, t(`people.without.${right}`), " ", may[right].howToFix)),
      h(
        "div",
        { class: "narrowed" },
        filters.opener,
        filters.panel,
        h("div", { class: "stack" }, filters.chosen, results),
      ),
    ),
  );
  if (!found) replace(results, empty(t("search.begin")));
}

// ---- Searching

function typed() {
  clearTimeout(timer);
  const text = box.input.value.trim();
  if (text.length >= LETTERS_MIN) timer = setTimeout(() => search(text), TYPED_MS);
}

function intoList(event) {
  if (event.key !== "ArrowDown" || people.size === 0 || !people.element.isConnected) return;
  event.preventDefault();
  people.focus();
}

function toBox() {
  box.input.focus();
  box.input.select();
}

/** Search for the words with the present filters. */
async function search(text) {
  clearTimeout(timer);
  const mine = ++turn;
  const asked = { query: text, filter: filters.asked };
  query = text;
  results.setAttribute("aria-busy", "true");
  if (!found) replace(results, skeleton("person", 4));
  const answer = await ask("Search", asked);
  if (mine !== turn) return;
  results.removeAttribute("aria-busy");
  const wrong =
    answer.trouble ??
    (answer.data.unifiedSearch
      ? null
      : (errorAt(answer.errors, ["unifiedSearch"]) ?? { code: "UNEXPECTED" }));
  if (wrong) return stop(wrong, () => search(query));
  const { totalCount: total, facets: common, edges, pageInfo } = answer.data.unifiedSearch;
  filters.show(common, total <= FACETED_MAX);
  found = { ...asked, total, cursor: pageInfo.endCursor, hasMore: pageInfo.hasNextPage };
  people.show(peopleOf(edges), total);
  drawResults(answer.errors);
  announce(total > 0 ? countWords(total) : t("search.nobody", { query }));
}

/** A person of whom neither half can be read now (LinkedIn is down, and the ATS does not know them) has no card. */
const peopleOf = (edges) =>
  edges
    .filter(({ member, candidate }) => member || candidate)
    .map(({ member, candidate, score, matchedOn }) => personOf({ member, candidate, score, matchedOn }));

const countWords = (total) =>
  total < COUNTED_MAX ? t("search.count", { count: total }) : t("search.countMore", { count: COUNTED_MAX });

function drawResults(errors) {
  const broken = errors.find(({ extensions }) => extensions?.code === "SOURCE_UNAVAILABLE");
  if (found.total === 0) return replace(results, nobody());
  replace(
    results,
    broken && troubleNotice({ code: "SOURCE_UNAVAILABLE" }, { onRetry: () => search(query) }),
    broken &&
      found.filter.inAts !== true &&
      button(t("search.onlyInAts"), {
        class: "is-start",
        "data-key": "only-in-ats",
        onclick: () => filters.set("inAts", true),
      }),
    h("h2", { class: "list-count" }, countWords(found.total)),
    people.size > 0 && people.element,
    pager({ hasMore: found.hasMore, onMore: more, shown: people.size, total: found.total }),
  );
}

function nobody() {
  const isNarrowed = Object.keys(found.filter).length > 0;
  const advice = [
    isNarrowed && t("search.advice.filters"),
    t("search.advice.fewer"),
    t("search.advice.whole"),
    t("search.advice.other"),
  ];
  return h(
    "div",
    { class: "empty is-left" },
    h("p", null, h("strong", null, t("search.nobody", { query: found.query }))),
    h(
      "ul",
      { class: "bullets" },
      advice.filter(Boolean).map((line) => h("li", null, line)),
    ),
    isNarrowed &&
      button(t("search.clear"), {
        small: true,
        onclick: () => (filters.clear(), toBox()),
        "data-key": "clear",
      }),
  );
}

async function more() {
  const mine = turn;
  const { query, filter, cursor, total } = found;
  const answer = await ask("SearchMore", { query, filter, after: cursor });
  if (mine !== turn) return;
  const page = answer.data?.unifiedSearch;
  if (!page) return void appendTrouble(answer);
  const before = people.size;
  found.cursor = page.pageInfo.endCursor;
  found.hasMore = page.pageInfo.hasNextPage;
  people.add(peopleOf(page.edges), total);
  drawResults(answer.errors);
  people.focus(before);
}

function appendTrouble(answer) {
  const trouble = answer.trouble ?? errorAt(answer.errors, ["unifiedSearch"]) ?? { code: "UNEXPECTED" };
  results.querySelector(":scope > .notice")?.remove();
  results.append(troubleNotice(trouble, { onRetry: () => search(query) }));
}

async function loadDetails({ member, candidate }) {
  const answer = await ask("SearchDetails", {
    member: member?.id ?? "",
    candidate: candidate?.id ?? "",
    hasMember: member !== null,
    hasCandidate: candidate !== null,
  });
  if (answer.trouble) return { trouble: answer.trouble };
  const details = { member: answer.data.member, candidate: answer.data.candidate };
  const trouble = details.member || details.candidate ? null : errorAt(answer.errors, []);
  return trouble ? { trouble } : details;
}

function hasJob() {
  if (outcomes.job) return true;
  announce(t("search.chooseJobFirst"));
  jobBar.choose(t("search.chooseJobFirst"));
  return false;
}
