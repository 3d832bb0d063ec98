// Switching the integration off, with the jobs that would stay open.

import { dialog } from "./controls.js";
import { button, h, notice, run, section, troubleTexts } from "./kit.js";
import { ask, errorAt } from "./session.js";
import { t } from "./texts.js";

const JOBS_LISTED = 8;

/** The end of the page, while the integration is enabled. */
export function disabling({ ats, company, isRecruiterAdmin }, desk) {
  const press = button(t("onboarding.disable.button"), { kind: "danger", "data-key": "disable" });
  press.addEventListener("click", () => run(press, () => disable(press, desk)));
  return section(
    t("onboarding.disable.section"),
    {},
    h("p", null, t("onboarding.disable.text", { ats })),
    isRecruiterAdmin
      ? [stillOpen(desk, ats), h("div", { class: "actions" }, press)]
      : h("p", { class: "note" }, t("onboarding.disable.ask", { company })),
  );
}

/** While it stays enabled, it is refused once for each job that is open, those included that the person may not see. */
function stillOpen(desk, ats) {
  const count = desk.refusals("disable");
  if (count === 0) return desk.problem("disable");
  return notice({ kind: "warn", level: 3, title: t("onboarding.notDone"), text: t("onboarding.disable.stillOpen", { count, ats }) });
}

async function disable(press, desk) {
  const { data, errors, trouble } = await ask("OpenPostedJobs");
  const wrong = trouble ?? errorAt(errors, ["integration", "openPostedJobs"]);
  const jobs = wrong ? null : (data.integration?.openPostedJobs ?? []);
  const choices = ["REFUSE", "LEAVE_OPEN"].map((value) => radio(value, t(`onboarding.disable.${value}`)));
  const body = [
    h("p", null, t("onboarding.disable.final")),
    jobs ? openJobs(jobs) : h("p", null, Object.values(troubleTexts(wrong)).join(". ")),
    h("fieldset", { class: "stack is-tight" }, h("legend", null, t("onboarding.disable.choice")), choices),
  ];
  const question = { title: t("onboarding.disable.confirmTitle"), body, confirm: t("onboarding.disable.confirm"), danger: true };
  if (!(await dialog({ ...question, near: press }))) return;
  const left = choices.some((one) => one.querySelector("input").checked && one.querySelector("input").value === "LEAVE_OPEN");
  const variables = { openPostedJobs: left ? "LEAVE_OPEN" : "REFUSE" };
  await desk.act("disable", "DisableIntegration", variables, t("onboarding.disable.done"));
}

function radio(value, label) {
  const input = h("input", { type: "radio", name: "open-jobs", id: `open-jobs-${value}`, value, checked: value === "REFUSE" });
  return h("div", { class: "check" }, input, h("label", { for: input.id }, label));
}

function openJobs(jobs) {
  if (jobs.length === 0) return h("p", null, t("onboarding.disable.noJobs"));
  const line = ({ title, requisitionCode, location }) =>
    h("li", null, title, h("span", { class: "note" }, [requisitionCode, location].filter(Boolean).map((fact) => ` · ${fact}`)));
  const more = jobs.length - JOBS_LISTED;
  return [
    h("p", null, t("onboarding.disable.jobs", { count: jobs.length })),
    h("ul", { class: "bulleted" }, jobs.slice(0, JOBS_LISTED).map(line), more > 0 && h("li", { class: "muted" }, t("onboarding.disable.more", { count: more }))),
    h("p", { class: "note" }, t("onboarding.disable.jobsWhy")),
  ];
}
