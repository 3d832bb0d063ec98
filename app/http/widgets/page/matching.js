// Who the candidate is: how that is known, choosing among several, finding and linking somebody, unlinking.

import { dialog, searchForm } from "./controls.js";
import {
  announce,
  button,
  empty,
  h,
  icon,
  nameOf,
  notice,
  pager,
  personCard,
  replace,
  run,
  section,
  shortAddress,
  skeleton,
  troubleNotice,
} from "./kit.js";
import { ask, errorAt, seatConnected, tell } from "./session.js";
import { date, named, percent, t } from "./texts.js";

// How the embedding page wants the button to unlink: "confirm" asks first, "direct" does not, "hidden" has none.
const UNLINK = new URLSearchParams(location.search).get("unlink") ?? "confirm";
const KNOWN = new Set(["MATCHED", "MANUAL"]);

/** Below the name: how it is known that this is the member, with the evidence, and the way to say no. @param {any} shown */
export function matchLine(shown) {
  const { match } = shown.candidate;
  if (!KNOWN.has(match.state)) return null;
  const said =
    match.state === "MANUAL" ? t("profile.match.byHand") : t("profile.match.by", { method: methodOf(match) });
  return h(
    "div",
    { class: "match" },
    h(
      "details",
      { class: "fold" },
      h(
        "summary",
        null,
        h(
          "span",
          null,
          said,
          match.confidence != null &&
            match.state !== "MANUAL" && [
              " · ",
              t("profile.match.sure", { share: percent(match.confidence) }),
            ],
        ),
      ),
      evidence(match),
    ),
    shown.member && UNLINK !== "hidden" && unlinkButton(shown),
  );
}

const methodOf = ({ evidence: [strongest] }) =>
  strongest ? named("profile.method", strongest.method) : t("profile.method.UNKNOWN");

function evidence({ evidence: found, linkedBy, linkedAt }) {
  const who = linkedBy && nameOf(linkedBy);
  const when = linkedAt && date(linkedAt);
  return h(
    "ul",
    { class: "evidence" },
    found.map(({ method, detail }) =>
      h("li", null, icon("check"), h("span", null, detail || named("profile.method", method))),
    ),
    when &&
      h(
        "li",
        { class: "note" },
        icon("clock"),
        who ? t("profile.match.linkedBy", { who, when }) : t("profile.match.linkedAt", { when }),
      ),
  );
}

function unlinkButton(shown) {
  const name = nameOf(shown.member);
  const made = button(t("profile.unlink.button"), {
    kind: "quiet",
    small: true,
    icon: "unlink",
    "data-key": "unlink",
    onclick: unlink,
  });
  async function unlink() {
    const sure =
      UNLINK === "direct" ||
      (await dialog({
        title: t("profile.unlink.title", { name }),
        text: t("profile.unlink.text", { candidate: nameOf(shown.candidate) }),
        confirm: t("profile.unlink.confirm"),
        danger: true,
      }));
    if (sure)
      await write(
        made,
        shown,
        "UnlinkMember",
        {},
        { type: "unlinked", memberId: shown.member.id, text: t("profile.unlink.done", { name }) },
      );
  }
  return made;
}

/** The tab of a candidate without a profile to show: why there is none, and what can be done. @param {any} shown */
export function matching(shown) {
  const { candidate, errors, data } = shown;
  const refused =
    errorAt(errors, ["candidate", "member"]) ?? errorAt(errors, ["candidate", "match", "alternatives"]);
  if (refused) return refusal(refused, shown, data.integration);
  const { state } = candidate.match;
  if (state === "AMBIGUOUS") return alternatives(shown);
  const title = t(`profile.none.${KNOWN.has(state) ? "closed" : state}.title`);
  const { linkedBy, linkedAt } = candidate.match;
  const values = {
    who: linkedBy ? nameOf(linkedBy) : t("profile.none.somebody"),
    when: linkedAt ? date(linkedAt) : "",
  };
  return h(
    "div",
    { class: "stack" },
    notice({
      title,
      text: t(`profile.none.${KNOWN.has(state) ? "closed" : state}.text`, values),
      "data-state": state,
    }),
    finder(shown),
  );
}

function refusal(trouble, shown, integration) {
  const unconnected = trouble.reason === "NO_SEAT" && !seatConnected();
  const resync = trouble.reason === "RESYNCING" ? integration?.resync : null;
  return h(
    "div",
    { class: "stack" },
    troubleNotice(trouble, {
      onRetry:
        trouble.code === "SOURCE_UNAVAILABLE" || trouble.reason === "RESYNCING" ? shown.load : undefined,
      ...(unconnected && { title: t("profile.notConnected.title") }),
    }),
    resync && resync.expected > 0 && progress(resync),
  );
}

const progress = ({ done, expected }) =>
  h(
    "div",
    { class: "stack is-tight" },
    h("progress", {
      class: "bar",
      max: expected,
      value: Math.min(done, expected),
      "aria-label": t("profile.resync.label"),
    }),
    h("p", { class: "note" }, t("profile.resync.progress", { done, expected })),
  );

function alternatives(shown) {
  const { match } = shown.candidate;
  const none = button(t("profile.choose.none"), { icon: "close", "data-key": "none" });
  none.addEventListener("click", () =>
    write(
      none,
      shown,
      "UnlinkMember",
      {},
      { type: "unlinked", memberId: null, text: t("profile.choose.noneDone") },
    ),
  );
  const rest = h(
    "details",
    { class: "fold" },
    h("summary", null, t("profile.choose.somebodyElse")),
    finder(shown),
  );
  return h(
    "div",
    { class: "stack" },
    notice({
      kind: "info",
      title: t("profile.choose.title", { count: match.alternatives.length }),
      text: t("profile.choose.text", { candidate: nameOf(shown.candidate) }),
      "data-state": match.state,
    }),
    match.evidence.length > 0 && section(t("profile.choose.evidence"), { level: 3 }, evidence(match)),
    h(
      "div",
      { class: "rows" },
      match.alternatives.map((member) =>
        memberCard(member, shown, t("profile.choose.button"), backgroundOf(member)),
      ),
    ),
    UNLINK !== "hidden" && h("div", { class: "actions" }, none),
    rest,
  );
}

/** One person who can be linked, with the button that does it; `body` stands below the facts. */
function memberCard(member, shown, label, body) {
  const name = nameOf(member);
  const choose = button(label, {
    small: true,
    kind: "primary",
    icon: "link",
    "data-key": `link-${member.id}`,
    "aria-label": t("profile.link.label", { action: label, name }),
  });
  choose.addEventListener("click", () =>
    write(
      choose,
      shown,
      "LinkMember",
      { memberId: member.id },
      { type: "linked", memberId: member.id, text: t("profile.link.done", { name }) },
    ),
  );
  return personCard({
    name,
    headline: member.headline,
    facts: [
      member.location,
      member.industry,
      member.publicProfileUrl && shortAddress(member.publicProfileUrl),
    ],
    body,
    pictureUrl: member.pictureUrl,
    url: member.publicProfileUrl,
    actions: [choose],
    level: 3,
  });
}

const workOf = ({ title, companyName }) => t("profile.titleAtCompany", { title, company: companyName });

/** What tells people of one name and title apart. */
const backgroundOf = ({ positions, education }) => [
  background("profile.choose.positions", positions.map(workOf)),
  background(
    "profile.choose.education",
    education.map((school) => school.schoolName),
  ),
];

const background = (key, words) =>
  words.length > 0 && h("p", { class: "note" }, t(key, { what: words.join("; ") }));

let writing = false;

/** Run a mutation, one at a time; what it was refused for stands below its button. */
async function write(pressed, shown, operation, variables, said) {
  if (writing) return;
  writing = true;
  await run(pressed, async () => {
    const answer = await ask(operation, variables);
    const payload = answer.data && Object.values(answer.data)[0];
    if (payload && payload.userErrors.length === 0) return shown.changed(said);
    const [wrong] = payload?.userErrors ?? [];
    const trouble = wrong
      ? { code: "BAD_USER_INPUT", message: wrong.message }
      : (answer.trouble ?? errorAt(answer.errors, []) ?? { code: "UNEXPECTED" });
    tell("failed", { code: trouble.code });
    const below = pressed.closest(".person, .match, .actions");
    below.querySelector(".notice")?.remove();
    below.append(troubleNotice(trouble, { level: 4 }));
  }).finally(() => (writing = false));
}

/** Find a member by name, where that is granted, or by the profile's address. */
function finder(shown) {
  const { unifiedSearch } = shown.data.viewer;
  return h(
    "div",
    { class: "stack" },
    unifiedSearch.granted
      ? byName(shown)
      : h("p", { class: "note" }, t("profile.find.notByName"), " ", unifiedSearch.howToFix),
    byUrl(shown),
  );
}

function byName(shown) {
  const results = h("div", { class: "results" });
  const form = searchForm({
    label: t("profile.find.byName"),
    hint: t("profile.find.byNameHint"),
    button: t("profile.find.search"),
    value: nameOf(shown.candidate),
    maxlength: 200,
    "data-key": "by-name",
    onSearch: search,
  });
  let list;

  async function search(query) {
    replace(results, skeleton("person", 3));
    list = h("div", { class: "rows" });
    await more(query, null);
  }

  async function more(query, after) {
    const into = list;
    const answer = await ask("FindMembers", { query, after });
    if (into !== list) return;
    const found = answer.data?.unifiedSearch;
    if (!found)
      return replace(
        results,
        list,
        troubleNotice(refusedWith(answer), { level: 3, onRetry: () => more(query, after) }),
      );
    // Who is known to the ATS only has no profile that could be linked.
    const members = found.edges.map((edge) => edge.member).filter(Boolean);
    list.append(...members.map((member) => memberCard(member, shown, t("profile.link.button"))));
    const { hasNextPage, endCursor } = found.pageInfo;
    const count = list.children.length;
    const next =
      hasNextPage && pager({ hasMore: true, onMore: () => more(query, endCursor), key: "more-people" });
    replace(results, count > 0 ? list : empty(t("profile.find.nobody", { query })), next);
    announce(t("profile.find.found", { count }));
  }

  return h("div", { class: "stack is-tight" }, form.element, results);
}

function byUrl(shown) {
  const results = h("div", { class: "results" });
  const form = searchForm({
    label: t("profile.find.byUrl"),
    hint: t("profile.find.byUrlHint"),
    button: t("profile.find.look"),
    icon: "link",
    type: "text",
    inputmode: "url",
    value: shown.candidate.linkedInProfileUrl ?? "",
    maxlength: 500,
    "data-key": "by-url",
    onSearch: look,
  });

  async function look(publicProfileUrl) {
    if (!/linkedin\.[a-z]+\/\S/i.test(publicProfileUrl)) return form.setError(t("profile.find.notAnAddress"));
    replace(results, skeleton("person"));
    const answer = await ask("MemberByUrl", { publicProfileUrl });
    const { member } = answer.data ?? {};
    if (member) replace(results, memberCard(member, shown, t("profile.link.button")));
    else if (answer.data && answer.errors.length === 0) replace(results, empty(t("profile.find.noProfile")));
    else
      replace(
        results,
        troubleNotice(refusedWith(answer), { level: 3, onRetry: () => look(publicProfileUrl) }),
      );
    announce(t("profile.find.found", { count: member ? 1 : 0 }));
  }

  return h("div", { class: "stack is-tight" }, form.element, results);
}

const refusedWith = (answer) => answer.trouble ?? errorAt(answer.errors, []) ?? { code: "UNEXPECTED" };
