// The profile widget: who a candidate of the ATS is on LinkedIn, and what the ATS knows of them.
//
// One operation, Profile, has all that is shown at first; activity, more applications and the search for somebody to
// link are asked for when they are opened. A half that is refused or missing is a sentence; the other half stays.

import { activity } from "./activity.js";
import { tabs } from "./controls.js";
import {
  announce,
  avatar,
  button,
  chip,
  factsRow,
  h,
  nameOf,
  notice,
  outLink,
  pager,
  replace,
  section,
  shortAddress,
  skeleton,
  toast,
  troubleNotice,
} from "./kit.js";
import { matchLine, matching } from "./matching.js";
import { memberDetails } from "./member.js";
import { ask, errorAt, reportTrouble, start, tell, tryAgain } from "./session.js";
import { date, named, number, since, t } from "./texts.js";

const root = document.getElementById("root");

let tab = "profile";

/**
 * What the parts of the widget share: the answer, and what they can have done.
 * @typedef {{data: any, errors: any[], candidate: any, member: any, load: () => Promise<void>,
 *   changed: (said: {type: "linked" | "unlinked", memberId: string | null, text: string}) => Promise<void>}} Shown
 */

skeletonOfAll();
start({
  onReady: load,
  onTrouble: (trouble) => show(troubleNotice(trouble, { onRetry: tryAgain, level: 1 })),
});

async function load() {
  const answer = await ask("Profile");
  if (answer.trouble) {
    reportTrouble(answer.trouble);
    return show(troubleNotice(answer.trouble, { onRetry: load, level: 1 }));
  }
  render(answer);
}

function show(...content) {
  root.removeAttribute("aria-busy");
  replace(root, h("div", { class: "stack" }, content));
}

function skeletonOfAll() {
  const tabbed = h("div", null, skeleton("tabs"), h("div", { class: "panel" }, skeleton("card", 3)));
  show(
    h("div", { class: "head" }, skeleton("profile"), skeleton("bar")),
    h("div", { class: "columns" }, tabbed, skeleton("card", 2)),
  );
  root.setAttribute("aria-busy", "true");
  announce(t("common.loading"));
}

/** @param {{data: any, errors: any[]}} answer */
function render({ data, errors }) {
  const { candidate, integration } = data;
  const refused = errorAt(errors, ["candidate"]);
  if (!candidate) {
    if (refused) reportTrouble(refused);
    return show(refused ? troubleNotice(refused, { onRetry: load, level: 1 }) : notYet(integration));
  }
  const shown = { data, errors, candidate, member: candidate.member, load, changed };
  const tabbed = tabs(
    t("profile.tabs.label"),
    [
      {
        key: "profile",
        label: t(
          shown.member || errorAt(errors, ["candidate", "member"])
            ? "profile.tabs.profile"
            : "profile.tabs.match",
        ),
        render: () => (shown.member ? memberDetails(shown.member) : matching(shown)),
      },
      {
        key: "activity",
        label: t("profile.tabs.activity"),
        render: () => activity(nameOf(shown.member ?? candidate)),
      },
    ],
    { selected: tab, onSelect: (key) => (tab = key) },
  );
  show(
    candidate.doNotContact && doNotContact(candidate),
    head(shown),
    h("div", { class: "columns" }, tabbed, atsFacts(candidate, integration)),
  );
  announce(t(shown.member ? "profile.said.matched" : "profile.said.unmatched", { name: nameOf(candidate) }));
}

/** Something was changed: say so to everybody, and show what is now. */
async function changed({ type, memberId, text }) {
  tell(type, { memberId });
  tab = "profile";
  await load();
  // What had the focus is gone with the old state.
  root.querySelector("h1")?.focus({ preventScroll: true });
  toast(text);
}

function notYet(integration) {
  const again = button(t("common.retry"), { icon: "retry", small: true, onclick: load });
  return notice({
    title: t("profile.notYet.title"),
    text: t(integration?.state === "SYNCING" ? "profile.notYet.syncing" : "profile.notYet.text"),
    actions: [again],
    level: 1,
    "data-code": "NOT_YET",
  });
}

function doNotContact({ tags }) {
  const names = tags.filter((tag) => tag.isDoNotContact).map((tag) => tag.name);
  return notice({
    kind: "danger",
    title: t("profile.doNotContact.title"),
    text:
      names.length > 0
        ? t("profile.doNotContact.byTag", { count: names.length, tags: names.join(", ") })
        : t("profile.doNotContact.byFlag"),
    class: "do-not-contact",
  });
}

/** @param {Shown} shown */
function head(shown) {
  const { candidate, member } = shown;
  const name = nameOf(member ?? candidate);
  const work = workOf(candidate);
  return h(
    "header",
    { class: "head" },
    avatar(member?.pictureUrl, name, { large: true }),
    h(
      "div",
      { class: "head-text" },
      h(
        "div",
        { class: "head-name" },
        h("h1", { tabindex: "-1" }, name),
        member?.openToWork && chip(t("profile.openToWork"), { kind: "ok" }),
      ),
      member ? member.headline && h("p", null, member.headline) : work && h("p", null, work),
      member &&
        factsRow([
          member.location,
          member.industry,
          member.connectionCount != null && t("profile.connections", { count: member.connectionCount }),
          member.publicProfileUrl && outLink(member.publicProfileUrl, t("profile.onLinkedIn")),
        ]),
    ),
    matchLine(shown),
  );
}

function workOf({ currentJobTitle: title, currentCompanyName: company }) {
  return title && company ? t("profile.titleAtCompany", { title, company }) : (title ?? company);
}

function atsFacts(candidate, integration) {
  const partner = integration?.partner.name ?? t("profile.ats.yourAts");
  const labels = candidate.tags.map((tag) =>
    chip(tag.name, tag.isDoNotContact ? { kind: "danger", icon: "ban" } : { icon: "tag" }),
  );
  const work = workOf(candidate);
  return section(
    t("profile.ats.title", { partner }),
    { class: "aside box", note: t("profile.ats.asOf", { when: since(candidate.syncedAt) }) },
    h(
      "div",
      null,
      h("p", null, h("strong", null, nameOf(candidate))),
      work && h("p", null, work),
      candidate.linkedInProfileUrl &&
        h(
          "p",
          { class: "facts" },
          outLink(candidate.linkedInProfileUrl, shortAddress(candidate.linkedInProfileUrl)),
        ),
    ),
    labels.length > 0 && h("div", { class: "chips" }, labels),
    integration?.state === "SYNCING" && h("p", { class: "note" }, t("profile.ats.syncing")),
    applications(candidate.applications),
  );
}

/** The candidate's applications, page behind page. */
function applications(first) {
  const title = h("h3", null, t("profile.ats.applications", { count: first.totalCount }));
  if (first.totalCount === 0)
    return h(
      "div",
      { class: "stack is-tight" },
      title,
      h("p", { class: "muted" }, t("profile.ats.noApplications")),
    );
  const list = h(
    "ul",
    { class: "rows" },
    first.edges.map(({ node }) => application(node)),
  );
  const foot = h("div", null);
  let page = first;
  const renderFoot = (...said) =>
    replace(
      foot,
      said,
      pager({
        hasMore: page.pageInfo.hasNextPage,
        onMore: more,
        shown: list.children.length,
        total: page.totalCount,
        key: "more-applications",
      }),
    );

  async function more() {
    const answer = await ask("Applications", { after: page.pageInfo.endCursor });
    const next = answer.data?.candidate?.applications;
    if (!next)
      return renderFoot(
        troubleNotice(answer.trouble ?? errorAt(answer.errors, ["candidate"]) ?? { code: "UNEXPECTED" }, {
          level: 4,
        }),
      );
    page = next;
    list.append(...next.edges.map(({ node }) => application(node)));
    renderFoot();
    announce(t("common.shown", { shown: number(list.children.length), total: number(page.totalCount) }));
  }

  renderFoot();
  return h("div", { class: "stack is-tight" }, title, list, foot);
}

const STATUS_KINDS = { ACTIVE: "accent", HIRED: "ok", REJECTED: undefined, WITHDRAWN: undefined };

function application({ job, status, stage, appliedAt, dispositionReason }) {
  return h(
    "li",
    { class: "application" },
    h("p", null, h("strong", null, job?.title ?? t("profile.ats.jobNotKnown"))),
    h(
      "div",
      { class: "chips" },
      chip(named("profile.status", status), { kind: STATUS_KINDS[status] }),
      stage && chip(stage),
    ),
    factsRow([t("profile.ats.applied", { date: date(appliedAt) }), dispositionReason]),
  );
}
