// The plan of the operation in the editor, as the server explains it: a button in the toolbar, a panel below the
// answer. A plan is shown to the viewer for whom it was made, at the tab that it was made of, and is never stored.

import { nameIn } from "./asking.js";

const { ToolbarButton, copyToClipboard, createElement: h, useEditorContext, useState } = window.GraphiQLBundle;

/**
 * Asks for the plan; `onPlan` sets a state to `{viewer, tab, title, query, variables}` with `told`, `refusals`, or
 * neither yet.
 */
export function ExplainButton({ viewer, asking, onPlan }) {
  const editor = useEditorContext();
  const explain = async () => {
    const tab = editor.tabs[editor.activeTabIndex];
    const query = editor.queryEditor?.getValue() ?? "";
    const variables = editor.variableEditor?.getValue() ?? "";
    const operationName = nameIn(query, editor.queryEditor?.operationName);
    const plan = { viewer, tab: tab.id, title: operationName ?? tab.title, query, variables };
    onPlan(plan);
    const answer = await askForPlan(asking, { query, operationName }, variables);
    // Another plan may have been asked for meanwhile, or this one closed.
    onPlan((current) => (current === plan ? { ...plan, ...answer } : current));
  };
  return h(
    ToolbarButton,
    { label: "Explain: what is denied, and the SQL", onClick: explain, className: "explain-button" },
    h(PlanIcon),
  );
}

/** Below the answer; nothing if the plan is not this viewer's and this tab's. */
export function PlanPanel({ plan, viewer, onClose }) {
  const editor = useEditorContext();
  const tab = editor.tabs[editor.activeTabIndex];
  if (!plan || plan.viewer !== viewer || plan.tab !== tab.id) return null;
  const changed = plan.query !== (tab.query ?? "") || plan.variables !== (tab.variables ?? "");
  return h(
    "section",
    { className: "plan", "aria-label": "Plan" },
    h(
      "header",
      { className: "plan-head" },
      h(
        "div",
        { className: "plan-title" },
        h("h2", null, `Plan of ${plan.title}`),
        h("p", { role: "status" }, stateOf(plan, changed)),
      ),
      plan.told && h(CopyButton, { key: plan.told.text, text: plan.told.text }),
      h("button", { type: "button", onClick: onClose }, "Close"),
    ),
    plan.refusals && h("ul", { className: "plan-refusals" }, plan.refusals.map(refusal)),
    plan.told && h(Told, plan.told),
  );
}

async function askForPlan(asking, params, variables) {
  try {
    if (!asking) throw new Error("Paste a token first.");
    const answer = await asking.explain({ ...params, variables: variables.trim() ? parsed(variables) : undefined });
    return answer.errors ? { refusals: answer.errors.map((error) => error.message) } : { told: answer };
  } catch (error) {
    return { refusals: [error.message] };
  }
}

function parsed(variables) {
  try {
    return JSON.parse(variables);
  } catch (error) {
    throw new Error(`The variables are not JSON: ${error.message}`);
  }
}

function stateOf({ told, refusals, viewer }, changed) {
  if (!told && !refusals) return "Asking …";
  const whom = viewer ? ` for ${viewer.label}` : "";
  const denied = told?.denied.length ? `${told.denied.length} denied` : "nothing denied";
  return `${refusals ? "cannot be explained" : denied}${whom}${changed ? "; the operation has changed since" : ""}`;
}

function Told({ denied, decidedByRow, filled, sql, values }) {
  return h(
    "div",
    { className: "plan-body", tabIndex: 0, role: "group", "aria-label": "What the engine does" },
    h(Part, { title: "Denied", none: denied.length === 0 }, h("ul", null, denied.map(denial))),
    decidedByRow.length > 0 &&
      h(
        Part,
        { title: "Decided object by object" },
        h(
          "ul",
          null,
          decidedByRow.map(({ path, granted: count }) =>
            h("li", { key: path }, h("code", null, path), ` granted on ${count}`),
          ),
        ),
      ),
    h(
      Part,
      { title: "Filled by loaders", none: filled.length === 0 },
      h("ul", null, filled.map((path) => h("li", { key: path }, h("code", null, path)))),
    ),
    h(Part, { title: "SQL" }, h("pre", null, sql.split("\n").map(line))),
    h(
      Part,
      { title: "Bound values", none: values.length === 0 },
      h("pre", null, values.map((value, index) => `$${index + 1} = ${value}`).join("\n")),
    ),
  );
}

function Part({ title, none, children }) {
  return h("section", null, h("h3", null, none ? `${title}: nothing` : title), none ? null : children);
}

// Where a long line is broken, it goes on deeper than it began.
function line(text, index) {
  const deeper = `${text.search(/\S|$/) + 4}ch`;
  return h("div", { key: index, style: { paddingLeft: deeper, textIndent: `-${deeper}` } }, text);
}

function refusal(message, index) {
  return h("li", { key: index }, message);
}

function denial({ path, code, reason, message, howToFix }, index) {
  return h(
    "li",
    { key: index },
    h("code", null, path),
    " ",
    h("strong", null, reason ? `${code}, ${reason}` : code),
    h("p", null, howToFix ? `${message} ${howToFix}` : message),
  );
}

function CopyButton({ text }) {
  const [copied, setCopied] = useState(false);
  const copy = () => setCopied(copyToClipboard(text));
  return h("button", { type: "button", onClick: copy }, copied ? "Copied" : "Copy");
}

function PlanIcon() {
  const line = { fill: "none", stroke: "currentColor", strokeLinecap: "round", strokeLinejoin: "round" };
  return h(
    "svg",
    { className: "graphiql-toolbar-icon", viewBox: "0 0 16 16", "aria-hidden": true },
    h("path", {
      ...line,
      strokeWidth: 1.25,
      d: "M2.5 2.5h4v3h-4zM9.5 6.5h4v3h-4zM9.5 11.5h4v3h-4zM4.5 5.5v7.5h5M4.5 8h5",
    }),
  );
}
