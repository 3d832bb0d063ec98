// The profile tab: what a matched member says of themselves on LinkedIn.

import { chip, empty, factsRow, h, longText, section } from "./kit.js";
import { month, number, t } from "./texts.js";

const SHOWN_AT_FIRST = 5;

/** @param {any} member */
export function memberDetails({ summary, positions, education, skills }) {
  if (!summary && positions.length + education.length + skills.length === 0)
    return empty(t("profile.member.nothing"));
  return h(
    "div",
    { class: "stack is-wide" },
    summary && section(t("profile.member.about"), {}, longText(summary)),
    positions.length > 0 &&
      section(
        t("profile.member.positions"),
        { note: number(positions.length) },
        folded(positions.map(position), "profile.member.allPositions"),
      ),
    education.length > 0 &&
      section(
        t("profile.member.education"),
        {},
        folded(education.map(school), "profile.member.allEducation"),
      ),
    skills.length > 0 &&
      section(
        t("profile.member.skills"),
        { note: number(skills.length) },
        h("ul", { class: "chips" }, skills.map(skill)),
      ),
  );
}

/** The first few entries, and the others below a fold. */
function folded(entries, key) {
  const rest = entries.splice(SHOWN_AT_FIRST);
  const list = h("ul", { class: "rows" }, entries);
  if (rest.length === 0) return list;
  return [
    list,
    h(
      "details",
      { class: "fold" },
      h("summary", null, t(key, { count: rest.length })),
      h("ul", { class: "rows" }, rest),
    ),
  ];
}

function position({ title, companyName, startDate, endDate, description }) {
  const from = startDate && month(startDate);
  const to = endDate ? month(endDate) : from && t("profile.member.present");
  return h(
    "li",
    { class: endDate ? "position" : "position is-current" },
    h("h3", null, title),
    h("p", null, companyName),
    (from || to) && factsRow([[from, to].filter(Boolean).join(" – "), from && lengthOf(startDate, endDate)]),
    description && longText(description),
  );
}

/** How long that was, in years and months, both of its ends counted. */
function lengthOf(start, end) {
  const [from, to] = [new Date(start), end ? new Date(end) : new Date()];
  const months =
    (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth() + 1;
  if (months < 1) return null;
  const years = Math.floor(months / 12);
  return [
    years > 0 && t("profile.member.years", { count: years }),
    months % 12 > 0 && t("profile.member.months", { count: months % 12 }),
  ]
    .filter(Boolean)
    .join(" ");
}

function school({ schoolName, degree, fieldOfStudy, startYear, endYear }) {
  return h(
    "li",
    null,
    h("h3", null, schoolName),
    (degree || fieldOfStudy) && h("p", null, [degree, fieldOfStudy].filter(Boolean).join(", ")),
    // A year is not a quantity: no digit grouping.
    (startYear || endYear) && factsRow([[startYear, endYear].filter(Boolean).join(" – ")]),
  );
}

const skill = ({ name, endorsementCount }) =>
  h(
    "li",
    null,
    chip([
      name,
      endorsementCount > 0 &&
        h(
          "span",
          { class: "count", title: t("profile.member.endorsements", { count: endorsementCount }) },
          number(endorsementCount),
        ),
      endorsementCount > 0 &&
        h("span", { class: "unseen" }, t("profile.member.endorsementsWord", { count: endorsementCount })),
    ]),
  );
