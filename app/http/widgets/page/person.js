// Who looks: the Recruiter seat that they act for, or how to connect one, and what they are granted.

import { featureName } from "./access.js";
import { chip, h, section } from "./kit.js";
import { named, t } from "./texts.js";

export function seat(view) {
  const held = view.viewer.seat;
  return section(t("onboarding.seat.title"), {}, held ? connected(held, view) : unconnected(view));
}

function connected({ firstName, lastName, state, isAdmin, contract }, { company }) {
  const name = `${firstName} ${lastName}`;
  const isActive = state === "ACTIVE";
  return [
    h("p", null, t("onboarding.seat.connected", { name, contract: contract.name })),
    h(
      "div",
      { class: "chips" },
      chip(named("onboarding.seat.state", state), { kind: isActive ? "ok" : "warn" }),
      isAdmin && chip(t("onboarding.seat.admin"), { kind: "accent" }),
    ),
    !isActive && h("p", { class: "note" }, t(`onboarding.seat.${state === "INVITED" ? "invited" : "notActive"}`, { company })),
  ];
}

function unconnected({ viewer, company }) {
  const step = (key) => h("li", null, t(`onboarding.seat.${key}`));
  return [
    h("p", null, t("onboarding.seat.none")),
    h("p", { class: "note" }, t("onboarding.seat.why")),
    h("p", null, t("onboarding.seat.how")),
    h(
      "ol",
      { class: "numbered" },
      step("how1"),
      step("how2"),
      h("li", null, t("onboarding.seat.how3"), " ", h("code", { class: "copied" }, viewer.subject)),
      step("how4"),
    ),
    h("p", { class: "note" }, t("onboarding.seat.noSeat", { company })),
  ];
}

/** All eight features as they are decided for the person: by which access, or why not and how to mend it. */
export function features({ viewer }) {
  const groups = new Map();
  for (const { feature, granted, through, reason, howToFix } of viewer.features) {
    const key = granted ? through : `${reason} ${howToFix}`;
    const group = groups.get(key) ?? { granted, through, reason, howToFix, names: [] };
    group.names.push(feature);
    groups.set(key, group);
  }
  return section(t("onboarding.features.title"), {}, h("div", { class: "rows" }, [...groups.values()].map(featureGroup)));
}

function featureGroup({ granted, through, reason, howToFix, names }) {
  return h(
    "div",
    { class: "stack is-tight", "data-reason": reason },
    h(
      "p",
      null,
      chip(t(`onboarding.features.${granted ? "granted" : "denied"}`), { kind: granted ? "ok" : "warn", icon: granted ? "check" : "ban" }),
      " ",
      granted ? named("onboarding.features.through", through) : named("onboarding.features.reason", reason),
    ),
    howToFix && h("p", { class: "fix" }, howToFix),
    h(
      "ul",
      { class: "named" },
      names.map((feature) => h("li", null, featureName(feature), " ", h("span", { class: "note" }, t(`onboarding.feature.${feature}.about`)))),
    ),
  );
}
