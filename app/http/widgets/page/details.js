// One person at length, below the card: what the member says, and what the ATS has.

import { chip, h, skeleton, troubleNotice } from "./kit.js";
import { date, month, named, t } from "./texts.js";

/** @param {{details: {member?: any, candidate?: any, trouble?: any} | null}} person without details: they are on their way */
export function detailsOf({ details }) {
  if (!details) return h("div", { class: "details", "aria-busy": "true" }, skeleton("lines", 2));
  if (details.trouble) return troubleNotice(details.trouble, { level: 4 });
  const { member, candidate } = details;
  const parts = [
    ...(member ? memberParts(member) : []),
    ...(candidate ? candidateParts(candidate) : []),
  ].filter(Boolean);
  return h(
    "div",
    { class: "details" },
    parts.length > 0 ? parts : h("p", { class: "note" }, t("people.noDetails")),
  );
}

const part = (title, ...content) => h("div", { class: "detail" }, h("h4", null, title), content);
const lines = (title, items) =>
  items.length > 0 &&
  part(
    title,
    h(
      "ul",
      { class: "plain" },
      items.map((item) => h("li", null, item)),
    ),
  );
const joined = (...words) => words.filter(Boolean).join(" · ");

const memberParts = ({ summary, positions, education, skills }) => [
  summary && part(t("people.about"), h("p", { class: "said" }, summary)),
  lines(
    t("people.experience"),
    positions.map((job) => joined(job.title, job.companyName, timeOf(job))),
  ),
  lines(
    t("people.education"),
    education.map((school) => joined(school.schoolName, school.degree, school.fieldOfStudy, school.endYear)),
  ),
  skills.length > 0 &&
    part(
      t("people.skills"),
      h(
        "div",
        { class: "chips" },
        skills.map((skill) => chip(skill.name)),
      ),
    ),
];

const timeOf = ({ startDate, endDate }) =>
  startDate && `${month(startDate)} – ${endDate ? month(endDate) : t("people.today")}`;

const candidateParts = ({ emailAddresses, phoneNumbers, applications }) => [
  lines(t("people.contact"), [
    ...emailAddresses,
    ...phoneNumbers.map(({ number, extension }) =>
      extension ? t("people.extension", { number, extension }) : number,
    ),
  ]),
  lines(
    t("people.applied"),
    applications.edges.map(({ node }) =>
      joined(node.job?.title, node.stage ?? named("people.status", node.status), date(node.appliedAt)),
    ),
  ),
];
