// What is switched on, who may switch it, and what each access includes.

import { checkbox, dialog } from "./controls.js";
import { chip, freshId, h, icon, section } from "./kit.js";
import { list, named, t } from "./texts.js";

/** What a feature is called. @param {string} feature */
export const featureName = (feature) => named("onboarding.feature", `${feature}.name`);

/** The switches of an integration that is enabled. */
export function access(view, desk) {
  return [contracts(view, desk), companyWide(view, desk), settings(view, desk)];
}

function contracts(view, desk) {
  const { integration, isRecruiterAdmin, company } = view;
  return section(
    t("onboarding.contracts.title"),
    {},
    h("p", { class: "note" }, t("onboarding.contracts.hint")),
    h(
      "ul",
      { class: "rows" },
      integration.contracts.map((contract) =>
        h("li", null, contractRow(contract, isRecruiterAdmin && desk), desk.problem(`contract:${contract.id}`)),
      ),
    ),
    !isRecruiterAdmin && h("p", { class: "note" }, t("onboarding.contracts.ask", { company })),
  );
}

/** A contract, its product, and whether it has contract access: with a `desk`, as a switch. */
export function contractRow(contract, desk = null) {
  const { name, productTier, activated } = contract;
  const isLite = productTier === "RECRUITER_LITE";
  const note = (text, id) => h("p", { class: "note", id }, text);
  const fixed = desk && activated && !isLite ? freshId("fixed") : null;
  const state = chip(t(`onboarding.contracts.${activated ? "on" : "off"}`), { kind: activated ? "ok" : undefined });
  return h(
    "div",
    { class: "switched" },
    h(
      "div",
      null,
      h("p", { class: "strong" }, name),
      note(named("onboarding.contracts.tier", productTier)),
      isLite && note(t("onboarding.contracts.lite")),
      fixed && note(t("onboarding.contracts.supportOnly"), fixed),
    ),
    isLite ? chip(t("onboarding.contracts.notEligible")) : desk ? switchOf(contract, desk, fixed) : state,
  );
}

/** On by a Recruiter admin, after a question; off by LinkedIn's support only. */
function switchOf({ id, name, activated }, desk, described) {
  const label = t("onboarding.contracts.switch", { contract: name });
  const input = h("input", {
    type: "checkbox",
    role: "switch",
    class: "switch",
    "aria-label": label,
    "aria-describedby": described,
    "data-key": `switch-${id}`,
    checked: activated,
    disabled: activated,
  });
  input.addEventListener("change", async () => {
    // It shows what is, not what is wished: that comes with the answer.
    input.checked = activated;
    const agreed = await dialog({
      title: t("onboarding.contracts.confirmTitle", { contract: name }),
      text: t("onboarding.contracts.final", { contract: name }),
      confirm: t("onboarding.contracts.confirm"),
      near: input,
    });
    if (agreed) await desk.act(`contract:${id}`, "ActivateContract", { contractId: id }, t("onboarding.contracts.done", { contract: name }));
  });
  return input;
}

/** A checkbox for whoever may change it, a sentence for the others. `place` is where what goes wrong is said. */
function toggle(desk, place, { key, on, mayChange, hint, whom, operation, variables, done }) {
  if (!mayChange) {
    return h("div", null, h("p", null, t(`${key}.${on ? "isOn" : "isOff"}`)), h("p", { class: "note" }, whom));
  }
  const { element } = checkbox(t(`${key}.label`), {
    hint,
    checked: on,
    "data-key": place,
    onchange: ({ target }) => desk.act(place, operation, variables(target.checked), done(target.checked)),
  });
  return h("div", { class: "stack is-tight" }, element, desk.problem(place));
}

function companyWide(view, desk) {
  const { integration, isRecruiterAdmin, company } = view;
  const key = "onboarding.companyWide";
  return section(
    t(`${key}.title`),
    {},
    toggle(desk, "company-wide", {
      key,
      on: integration.companyWideAccess,
      mayChange: isRecruiterAdmin,
      hint: t(`${key}.hint`, { company }),
      whom: t(`${key}.ask`, { company }),
      operation: "SetCompanyWideAccess",
      variables: (enabled) => ({ enabled }),
      done: (enabled) => t(`${key}.${enabled ? "isOn" : "isOff"}`),
    }),
    includes(view),
  );
}

const isIn = ({ companyWideAccess, companyWideSetting }, integration) =>
  companyWideAccess || Boolean(companyWideSetting && integration?.oneClickExportCompanyWide);

/** What company-wide access includes, and what it does not. */
export function includes({ rules, integration }) {
  const names = (of) => list(rules.filter(of).map(({ feature }) => featureName(feature)));
  return [
    h("p", { class: "note" }, t("onboarding.companyWide.includes", { features: names((rule) => isIn(rule, integration)) })),
    h("p", { class: "note" }, t("onboarding.companyWide.excludes", { features: names((rule) => !isIn(rule, integration)) })),
  ];
}

function settings(view, desk) {
  const { integration, isRecruiterAdmin, isAtsAdmin, company } = view;
  const { companyWideAccess, oneClickExportCompanyWide, jobPostingViewers, applicationViewers } = integration;
  const setting = (name, rest) => {
    const key = `onboarding.settings.${name}`;
    const done = () => t("onboarding.settings.saved");
    return h("li", null, toggle(desk, `setting:${name}`, { key, hint: t(`${key}.hint`), done, ...rest }));
  };
  const viewers = (name, value) =>
    setting(name, {
      on: value === "ALL_PRODUCT_USERS",
      mayChange: isAtsAdmin,
      whom: t("onboarding.settings.askAts", { company }),
      operation: "SetViewers",
      variables: (all) => ({ [name]: all ? "ALL_PRODUCT_USERS" : "LISTED_USERS" }),
    });
  const without = companyWideAccess ? "" : ` ${t("onboarding.settings.oneClickExportCompanyWide.without")}`;
  return section(
    t("onboarding.settings.title"),
    {},
    h(
      "ul",
      { class: "rows" },
      setting("oneClickExportCompanyWide", {
        on: oneClickExportCompanyWide,
        mayChange: isRecruiterAdmin,
        hint: t("onboarding.settings.oneClickExportCompanyWide.hint") + without,
        whom: t("onboarding.settings.askRecruiter", { company }),
        operation: "SetIntegrationSettings",
        variables: (on) => ({ oneClickExportCompanyWide: on }),
      }),
      viewers("jobPostingViewers", jobPostingViewers),
      viewers("applicationViewers", applicationViewers),
    ),
  );
}

/** The rules, feature by feature: what is included in which access, whatever is switched on. */
export function chart({ rules, integration, ats }) {
  const column = (key) => h("th", { scope: "col" }, t(`onboarding.chart.${key}`));
  const row = ({ feature, contractAccess, companyWideAccess, companyWideSetting, needsSeat, needsPartnerSupport }) => {
    const isSupported = !integration || integration.partner.supportedFeatures.includes(feature);
    const support = needsPartnerSupport && t(`onboarding.chart.${isSupported ? "needsSupport" : "unsupported"}`, { ats: ats ?? t("onboarding.chart.theAts") });
    const needs = [needsSeat && t("onboarding.chart.needsSeat"), support].filter(Boolean);
    const included = isIn({ companyWideAccess, companyWideSetting }, integration);
    const setting = companyWideSetting && named("onboarding.chart.setting", companyWideSetting);
    return h(
      "tr",
      null,
      h("th", { scope: "row" }, featureName(feature), needs.length > 0 && h("p", { class: "note" }, needs.join(" "))),
      h("td", null, mark(contractAccess)),
      h("td", null, mark(included), setting && h("p", { class: "note" }, setting)),
    );
  };
  return section(
    t("onboarding.chart.title"),
    {},
    h(
      "table",
      { class: "chart" },
      h("thead", null, h("tr", null, column("feature"), column("contract"), column("all"))),
      h("tbody", null, rules.map(row)),
    ),
  );
}

const mark = (included) =>
  h("span", { class: included ? "mark is-ok" : "mark" }, icon(included ? "check" : "close"), h("span", { class: "unseen" }, t(`onboarding.chart.${included ? "yes" : "no"}`)));
