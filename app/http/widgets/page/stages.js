// What comes next in the integration's life, and who has to do it: one part of the onboarding page for each state.

import { contractRow, includes } from "./access.js";
import { checkbox, dialog } from "./controls.js";
import { button, empty, h, icon, notice, run, section } from "./kit.js";
import { date, named, number, percent, since, t } from "./texts.js";

/** What the Recruiter admin has chosen and not sent yet: it stays while the page is drawn anew. */
const chosen = { contracts: new Set(), companyWide: null };

/** The first sync or re-sync that goes on, or null. */
export const unfinished = (integration) =>
  integration && ([integration.resync, integration.currentSync].find((one) => one && !one.finishedAt) ?? null);

export const stage = (view, desk) => STAGES[view.state](view, desk);

const STAGES = { NONE: none, REQUESTED: requested, PARTNER_READY: ready, SYNCING: syncing, RESYNCING: syncing, LIVE: live, DISABLED: disabled };
const ORDER = ["request", "approve", "enable", "sync", "live"];
const CURRENT = { NONE: 0, REQUESTED: 1, PARTNER_READY: 2, SYNCING: 3, RESYNCING: 3, DISABLED: 0 };

/** The way from the request to live, and how far it is. */
export function steps({ state, ats, integration, ownAts }) {
  if (!ats || state === "LIVE") return null;
  const asked = integration ? integration.partner.mustBeAskedFirst || state === "REQUESTED" : ownAts.mustBeAskedFirst;
  const current = CURRENT[state];
  const items = ORDER.map((name, place) => {
    if (name === "approve" && !asked) return null;
    const progress = place < current ? "done" : place === current ? "current" : "open";
    return h(
      "li",
      { class: `way-step is-${progress}`, "aria-current": progress === "current" && "step" },
      h("span", { class: "way-mark", "aria-hidden": "true" }, progress === "done" && icon("check")),
      h("span", null, t(`onboarding.steps.${name === "sync" && state === "RESYNCING" ? "resync" : name}`, { ats })),
      h("span", { class: "unseen" }, `, ${t(`onboarding.steps.${progress}`)}`),
    );
  });
  return h("ol", { class: "way", "aria-label": t("onboarding.steps.title") }, items);
}

const paragraphs = (texts, props = null) => texts.filter(Boolean).map((text) => h("p", props, text));

/** A button that asks before it does what the same person cannot undo. */
function asking(label, { question, act, ...props }) {
  const press = button(label, props);
  press.addEventListener("click", async () => {
    if (await dialog({ ...question(), near: press })) await run(press, act);
  });
  return press;
}

function none(view, desk) {
  const { company, ownAts, isAtsAdmin } = view;
  if (!ownAts) return empty(t("onboarding.none.noPartner"));
  const { name: ats } = ownAts;
  return section(
    t("onboarding.none.title", { ats }),
    {},
    paragraphs([t("onboarding.none.text", { ats })]),
    paragraphs([t("onboarding.none.noData", { ats })], { class: "note" }),
    isAtsAdmin
      ? requesting(view, desk, t("onboarding.request.button"))
      : notice({ level: 3, title: t("onboarding.none.whom"), text: t("onboarding.none.ask", { company }) }),
  );
}

/** The ATS admin's consent, asked for with what it covers. */
function requesting({ company, ownAts }, desk, label) {
  const { name: ats, mustBeAskedFirst } = ownAts;
  const text = (key) => t(`onboarding.request.${key}`, { ats, company });
  const press = asking(label, {
    kind: "primary",
    "data-key": "request",
    question: () => ({
      title: text("confirmTitle"),
      body: paragraphs([text("covers"), text(mustBeAskedFirst ? "waits" : "ready"), text("final")]),
      confirm: text("confirm"),
    }),
    act: () => desk.act("request", "RequestIntegration", { partner: ats }, text("done")),
  });
  return [desk.problem("request"), h("div", { class: "actions" }, press)];
}

function requested({ ats, company }) {
  return section(
    t("onboarding.requested.title", { ats }),
    {},
    paragraphs([t("onboarding.requested.text", { ats, company })]),
    paragraphs([t("onboarding.requested.todo", { ats })], { class: "note" }),
  );
}

function ready(view, desk) {
  const { ats, company, integration, isRecruiterAdmin, viewer } = view;
  if (isRecruiterAdmin) return enabling(view, desk);
  const { seat } = viewer;
  return [
    section(
      t("onboarding.enable.othersTitle"),
      {},
      paragraphs([t("onboarding.enable.others", { ats, company })]),
      seat && paragraphs([t("onboarding.enable.notAdmin", { contract: seat.contract.name })], { class: "note" }),
    ),
    section(t("onboarding.contracts.title"), {}, contractList(integration.contracts)),
  ];
}

const contractList = (contracts) =>
  h("ul", { class: "rows" }, contracts.map((contract) => h("li", null, contractRow(contract))));

const isLite = ({ productTier }) => productTier === "RECRUITER_LITE";

/** What was chosen while it could be: somebody else may have changed the contract since. */
const isChosen = (contract) => chosen.contracts.has(contract.id) && !contract.activated && !isLite(contract);

/** The Recruiter admin's choice of contracts and the second consent. */
function enabling(view, desk) {
  const { ats, company, integration } = view;
  const { contracts, companyWideAccess } = integration;
  chosen.companyWide ??= companyWideAccess;
  const companyWide = checkbox(t("onboarding.companyWide.label"), {
    hint: t("onboarding.companyWide.hint", { company }),
    checked: chosen.companyWide,
    "data-key": "choose-company-wide",
    onchange: ({ target }) => (chosen.companyWide = target.checked),
  });
  const press = asking(t("onboarding.enable.button"), {
    kind: "primary",
    "data-key": "enable",
    question: () => enablingQuestion(view),
    act: async () => {
      const contractIds = contracts.filter(isChosen).map(({ id }) => id);
      const variables = { contractIds, companyWideAccess: chosen.companyWide };
      await desk.act("enable", "EnableIntegration", variables, t("onboarding.enable.done"));
    },
  });
  return section(
    t("onboarding.enable.title"),
    {},
    paragraphs([t("onboarding.enable.text", { ats })]),
    h(
      "fieldset",
      { class: "box stack" },
      h("legend", null, t("onboarding.enable.contracts")),
      paragraphs([t("onboarding.enable.contractsHint")], { class: "note" }),
      contracts.length > 0
        ? h("ul", { class: "rows" }, contracts.map((contract) => h("li", null, choice(contract))))
        : paragraphs([t("onboarding.enable.noContracts", { company })], { class: "muted" }),
    ),
    h(
      "fieldset",
      { class: "box stack" },
      h("legend", null, t("onboarding.enable.companyWide")),
      companyWide.element,
      includes(view),
    ),
    desk.problem("enable"),
    h("div", { class: "actions" }, press),
  );
}

function choice(contract) {
  const { id, name, productTier, activated } = contract;
  if (isLite(contract) || activated) return contractRow(contract);
  return checkbox(name, {
    hint: named("onboarding.contracts.tier", productTier),
    checked: chosen.contracts.has(id),
    "data-key": `choose-${id}`,
    onchange: ({ target }) => (target.checked ? chosen.contracts.add(id) : chosen.contracts.delete(id)),
  }).element;
}

function enablingQuestion({ ats, company, integration }) {
  const names = (of) => integration.contracts.filter(of).map(({ name }) => name);
  const asked = names(isChosen);
  const kept = names((contract) => contract.activated && !isLite(contract));
  return {
    title: t("onboarding.enable.confirmTitle"),
    body: [
      asked.length > 0
        ? [h("p", null, t("onboarding.enable.confirmContracts")), h("ul", { class: "bulleted" }, asked.map((name) => h("li", null, name)))]
        : kept.length === 0 && h("p", null, t("onboarding.enable.confirmNone")),
      kept.length > 0 && h("p", null, t("onboarding.enable.confirmKept", { contracts: kept.join(", ") })),
      chosen.companyWide && h("p", null, t("onboarding.enable.confirmCompanyWide")),
      h("p", null, t("onboarding.enable.covers", { ats, company })),
      h("p", null, t("onboarding.enable.final")),
    ],
    confirm: t("onboarding.enable.confirm"),
  };
}

function syncing(view) {
  const { state, ats, run: current } = view;
  const key = (name) => `onboarding.sync.${state === "RESYNCING" ? `re${name}` : name}`;
  return section(
    t(key("title")),
    {},
    paragraphs([t(key("text"), { ats })]),
    // What follows changes again and again; screen readers hear of the state's changes only.
    current && h("div", { id: "progress", class: "box stack is-tight" }, progress(view)),
  );
}

/** How far the sync is; drawn anew by itself while it goes on. */
export function progress({ run: { startedAt, expected, done, refused, counts }, ats }) {
  const known = expected !== null && expected > 0;
  // An ATS may send more than it said.
  const share = known ? Math.min(done / expected, 1) : null;
  const text = known
    ? t("onboarding.sync.known", { done, expected, share: percent(share) })
    : t("onboarding.sync.unknown", { count: done, ats });
  return [
    h("progress", { class: "bar", max: "1", value: known ? share : null, "aria-label": t("onboarding.sync.label"), "aria-describedby": "progress-text" }),
    h("p", { id: "progress-text", class: "figure" }, text),
    h("p", { class: "note" }, t("onboarding.sync.started", { when: since(startedAt) })),
    refused > 0 && h("p", { class: "note" }, t("onboarding.sync.refused", { count: refused, ats })),
    counts.length > 0 ? byKind(counts) : h("p", { class: "note" }, t("onboarding.sync.waiting")),
  ];
}

function byKind(counts) {
  const kinds = new Map();
  for (const { entity, outcome, count } of counts) {
    const kind = kinds.get(entity) ?? { all: 0, refused: 0 };
    kind.all += count;
    if (outcome === "REFUSED") kind.refused += count;
    kinds.set(entity, kind);
  }
  const head = ["kind", "taken", "refusedColumn"].map((key) => h("th", { scope: "col" }, t(`onboarding.sync.${key}`)));
  const row = ([entity, { all, refused }]) =>
    h("tr", null, h("th", { scope: "row" }, named("onboarding.sync.entity", entity)), h("td", null, number(all)), h("td", null, number(refused)));
  return h(
    "table",
    { class: "chart is-numbers" },
    h("caption", { class: "unseen" }, t("onboarding.sync.counts")),
    h("thead", null, h("tr", null, head)),
    h("tbody", null, [...kinds].map(row)),
  );
}

function live({ ats, integration }) {
  const { enabledAt } = integration;
  return section(
    t("onboarding.live.title"),
    {},
    paragraphs([t("onboarding.live.text", { ats })]),
    enabledAt && paragraphs([t("onboarding.live.since", { date: date(enabledAt) })], { class: "note" }),
  );
}

function disabled(view, desk) {
  const { ats, company, integration, isAtsAdmin } = view;
  const { disabledAt, acknowledgedAt } = integration;
  const text = (key, values) => t(`onboarding.disabled.${key}`, { ats, company, ...values });
  const acknowledge = () =>
    asking(text("acknowledge"), {
      "data-key": "acknowledge",
      question: () => ({ title: text("acknowledgeTitle"), text: text("acknowledgeFinal"), confirm: text("acknowledgeConfirm") }),
      act: () => desk.act("acknowledge", "AcknowledgeDisable", {}, text("acknowledgeDone")),
    });
  const mayAcknowledge = isAtsAdmin && !acknowledgedAt;
  return [
    section(
      text("title"),
      {},
      paragraphs([disabledAt && text("since", { date: date(disabledAt) })]),
      paragraphs([acknowledgedAt ? text("acknowledged", { date: date(acknowledgedAt) }) : text(mayAcknowledge ? "acknowledgeText" : "waits")]),
      mayAcknowledge && [desk.problem("acknowledge"), h("div", { class: "actions" }, acknowledge())],
    ),
    section(
      text("againTitle"),
      {},
      paragraphs([text("again")]),
      isAtsAdmin ? requesting(view, desk, t("onboarding.request.again")) : paragraphs([text("ask")]),
      paragraphs([text("changeId")], { class: "note" }),
    ),
  ];
}
