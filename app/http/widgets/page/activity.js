// The activity tab: InMails, recruiters' notes and the ATS's notes. Who may read what is the server's to say: of a
// colleague's InMail come who and when, of a private note of somebody else nothing.

import {
  announce,
  chip,
  empty,
  h,
  icon,
  longText,
  nameOf,
  pager,
  replace,
  section,
  troubleNotice,
} from "./kit.js";
import { ask, errorAt } from "./session.js";
import { date, dateTime, named, number, t } from "./texts.js";

const LISTS = ["inMails", "recruiterNotes", "notes"];
const NOTHING = { stubProfile: false, inMails: false, recruiterNotes: false, notes: false };
const EVERYTHING = { stubProfile: true, inMails: true, recruiterNotes: true, notes: true };
const ROWS = { inMails: inMail, recruiterNotes: recruiterNote, notes: atsNote };

/** The content of the tab. @param {string} name of the person @returns {Promise<Node>} */
export async function activity(name) {
  const content = h("div", { class: "stack is-wide" });
  await fill();
  return content;

  async function fill() {
    const answer = await ask("Activity", EVERYTHING);
    const candidate = answer.data?.candidate;
    if (!candidate) return replace(content, troubleNotice(refusedWith(answer), { onRetry: fill }));
    const refused = Object.fromEntries(
      ["stubProfile", ...LISTS].map((list) => [list, errorAt(answer.errors, ["candidate", list])]),
    );
    // Refused for the same reason, both are mended by the same step: it is said once.
    const together =
      refused.inMails &&
      refused.recruiterNotes &&
      refused.inMails.howToFix === refused.recruiterNotes.howToFix &&
      refused.inMails.code === refused.recruiterNotes.code;
    const again = (trouble) => (trouble.code === "SOURCE_UNAVAILABLE" ? fill : undefined);
    const listOf = (list) =>
      refused[list] ? refusal(list, refused[list], again(refused[list])) : pages(list, candidate[list], name);
    replace(
      content,
      candidate.stubProfile && contactData(candidate.stubProfile),
      together
        ? refusal("both", refused.inMails, again(refused.inMails))
        : [listOf("inMails"), listOf("recruiterNotes")],
      listOf("notes"),
    );
  }
}

const refusedWith = (answer) => answer.trouble ?? errorAt(answer.errors, []) ?? { code: "UNEXPECTED" };

const refusal = (list, trouble, onRetry) =>
  section(t(`profile.activity.${list}.title`), {}, troubleNotice(trouble, { level: 3, onRetry }));

function contactData({ emailAddress, phoneNumber, createdAt }) {
  if (!emailAddress && !phoneNumber) return null;
  return section(
    t("profile.activity.stubProfile.title"),
    { note: t("profile.activity.stubProfile.when", { when: date(createdAt) }) },
    h(
      "ul",
      { class: "evidence" },
      emailAddress && h("li", null, icon("mail"), h("span", null, emailAddress)),
      phoneNumber && h("li", null, icon("phone"), h("span", null, phoneNumber)),
    ),
  );
}

/** One list, page behind page. */
function pages(list, first, name) {
  const title = t(`profile.activity.${list}.title`);
  if (!first || first.totalCount === 0) return section(title, {}, empty(t(`profile.activity.${list}.none`)));
  const row = (edge) => ROWS[list](edge.node, name);
  const rows = h("ul", { class: "rows" }, first.edges.map(row));
  const foot = h("div", null);
  let page = first;
  const renderFoot = (...said) =>
    replace(
      foot,
      said,
      pager({
        hasMore: page.pageInfo.hasNextPage,
        onMore: more,
        shown: rows.children.length,
        total: page.totalCount,
        key: `more-${list}`,
      }),
    );

  async function more() {
    const answer = await ask("Activity", {
      ...NOTHING,
      [list]: true,
      [`${list}After`]: page.pageInfo.endCursor,
    });
    const next = answer.data?.candidate?.[list];
    if (!next) return renderFoot(troubleNotice(refusedWith(answer), { level: 3 }));
    page = next;
    rows.append(...next.edges.map(row));
    renderFoot();
    announce(t("common.shown", { shown: number(rows.children.length), total: number(page.totalCount) }));
  }

  renderFoot();
  return section(title, { note: number(first.totalCount) }, rows, foot);
}

const STATE_KINDS = { ACCEPTED: "ok", REPLIED: "accent", DECLINED: "warn", SENT: undefined };

function inMail({ direction, sentAt, state, subject, body, bodyWithheld, seat }, name) {
  const recruiter = seat ? nameOf(seat) : t("profile.activity.inMails.aRecruiter");
  const values = direction === "SENT" ? { from: recruiter, to: name } : { from: name, to: recruiter };
  return entry(
    direction === "SENT" ? "out" : "in",
    h(
      "p",
      { class: "entry-who" },
      h("span", { class: "unseen" }, named("profile.direction", direction), ": "),
      t("profile.activity.inMails.who", values),
    ),
    [when(sentAt), chip(named("profile.inMailState", state), { kind: STATE_KINDS[state] })],
    bodyWithheld
      ? h(
          "p",
          { class: "withheld note" },
          icon("lock"),
          t("profile.activity.inMails.withheld", { who: recruiter }),
        )
      : [subject && h("h3", null, subject), body && longText(body)],
  );
}

function recruiterNote({ body, visibility, createdAt, isDeleted, seat }) {
  return entry(
    "note",
    h("p", { class: "entry-who" }, seat ? nameOf(seat) : t("profile.activity.inMails.aRecruiter")),
    [
      when(createdAt),
      visibility === "PRIVATE" && chip(named("profile.visibility", visibility), { icon: "lock" }),
    ],
    isDeleted || body === null
      ? h("p", { class: "note" }, t("profile.activity.recruiterNotes.deleted"))
      : longText(body),
  );
}

function atsNote({ body, authorName, createdAt }) {
  const who = authorName ?? t("profile.activity.notes.nobody");
  return entry("note", h("p", { class: "entry-who" }, who), [when(createdAt)], longText(body));
}

const when = (iso) => h("time", { datetime: iso, class: "note" }, dateTime(iso));

const entry = (drawing, who, about, ...content) =>
  h(
    "li",
    { class: "entry" },
    icon(drawing),
    h("div", { class: "entry-text" }, h("div", { class: "entry-head" }, who, about), content),
  );
