// The page around GraphiQL: who asks (a persona of the demo, or a token that is pasted in), and the example
// operations as tabs. Tokens live in variables only; nothing here stores one.
import { askingAs, nameIn, readJson } from "./asking.js";
import { withGuards } from "./guards.js";
import { ExplainButton, PlanPanel } from "./plan.js";

const { GraphiQL, GraphiQLInterface, GraphiQLProvider, createElement: h, createRoot } = window.GraphiQLBundle;
const { useEditorContext, useEffect, useMemo, useRef, useState } = window.GraphiQLBundle;

const EXAMPLES_URL = "graphiql/examples.json";
const PERSONAS_URL = "graphiql/personas.json";
const NEW_TAB = "# Ctrl-Space completes, Ctrl-Enter runs.\n";
const OWN_TOKEN = "";

/** What GraphiQL calls, to run what is in the editor and to read the schema; the latter gets its guards here. */
function fetcherFor(asking) {
  return async ({ query, variables, operationName }, options) => {
    const answer = await asking.run({ query, variables, operationName: nameIn(query, operationName) });
    // What a person runs comes with its syntax tree, or without one that could be made of it.
    if ("documentAST" in options || !answer.data) return answer;
    const guards = await asking.guards().catch((error) => ({ errors: [{ message: error.message }] }));
    return withGuards(answer, guards);
  };
}

function personaViewer({ name, token }) {
  const renew = async () => {
    const again = (await readJson(PERSONAS_URL)).find((persona) => persona.name === name);
    if (!again) throw new Error(`The server no longer offers the persona ${name}.`);
    return again.token;
  };
  return { label: name, token, renew };
}

// What one viewer was answered must not stay on the screen for the next one, in no tab.
function ForgetAnswers({ viewer }) {
  const editor = useEditorContext();
  const answered = useRef(viewer);
  useEffect(() => {
    if (answered.current === viewer) return;
    answered.current = viewer;
    for (const tab of editor.tabs) tab.response = null;
    editor.updateActiveTabValues({ response: null });
    editor.responseEditor?.setValue("");
  }, [viewer]);
  return null;
}

function PersonaSwitch({ personas, name, onChoose }) {
  const options = personas.map((persona) => h("option", { key: persona.name, value: persona.name }, persona.name));
  return [
    h("label", { key: "label", htmlFor: "persona" }, "Ask as"),
    h(
      "select",
      { key: "select", id: "persona", value: name, onChange: (event) => onChoose(event.target.value) },
      options,
      h("option", { value: OWN_TOKEN }, "a token of your own …"),
    ),
  ];
}

function TokenField({ onChoose }) {
  const field = useRef(null);
  const use = () => onChoose(field.current.value.trim().replace(/^Bearer\s+/i, ""));
  return [
    h("label", { key: "label", htmlFor: "token" }, "Token"),
    h("input", {
      key: "input",
      id: "token",
      ref: field,
      type: "password",
      autoComplete: "off",
      spellCheck: false,
      placeholder: "a JWT, kept in this page's memory only",
      onKeyDown: (event) => event.key === "Enter" && use(),
    }),
    h("button", { key: "use", type: "button", onClick: use }, "Use"),
  ];
}

function Editor({ viewer, examples }) {
  // Without a schema for one render, so that the next viewer starts from what they may read themselves.
  const [readFor, setReadFor] = useState(null);
  useEffect(() => setReadFor(viewer), [viewer]);
  const [plan, setPlan] = useState(null);
  const calls = useMemo(() => new AbortController(), [viewer]);
  useEffect(() => () => calls.abort(), [calls]);
  const asking = useMemo(() => viewer && askingAs(viewer, calls.signal), [viewer, calls]);
  const fetcher = useMemo(
    () => (asking ? fetcherFor(asking) : () => Promise.reject(new Error("Paste a token first."))),
    [asking],
  );
  return h(
    GraphiQLProvider,
    {
      fetcher,
      schema: viewer && readFor === viewer ? undefined : null,
      schemaDescription: true,
      defaultTabs: examples.map(({ query }) => ({ query })),
      defaultQuery: NEW_TAB,
      shouldPersistHeaders: false,
    },
    h(ForgetAnswers, { viewer }),
    h(
      GraphiQLInterface,
      {
        isHeadersEditorEnabled: false,
        showPersistHeadersSettings: false,
        toolbar: { additionalContent: h(ExplainButton, { viewer, asking, onPlan: setPlan }) },
      },
      h(GraphiQL.Logo, null, " "),
      h(GraphiQL.Footer, null, h(PlanPanel, { plan, viewer, onClose: () => setPlan(null) })),
    ),
  );
}

function App({ personas, examples }) {
  const [name, setName] = useState(() => personaNamedByAddress(personas));
  const [viewer, setViewer] = useState(() => personas && personaViewer(find(personas, name)));
  const [opened, setOpened] = useState(0);
  const persona = personas && find(personas, name);

  const choosePersona = (next) => {
    history.replaceState(null, "", `#${encodeURIComponent(next)}`);
    setName(next);
    setViewer(next === OWN_TOKEN ? null : personaViewer(find(personas, next)));
  };
  const chooseToken = (token) => setViewer(token ? { label: "this token", token, renew: null } : null);
  const reopenExamples = () => {
    for (const key of ["tabState", "query", "variables"]) localStorage.removeItem(`graphiql:${key}`);
    setOpened(opened + 1);
  };
  const note = persona ? persona.description : "The schema is read with this token.";

  return h(
    "div",
    { className: "page" },
    h(
      "header",
      { className: "bar" },
      h("h1", { className: "bar-title" }, "RSC gateway · GraphiQL"),
      personas && h(PersonaSwitch, { personas, name, onChoose: choosePersona }),
      !persona && h(TokenField, { onChoose: chooseToken }),
      h("span", { className: "bar-note", title: note }, note),
      h("button", { type: "button", onClick: reopenExamples }, "Reopen examples"),
    ),
    h(Editor, { key: opened, viewer, examples }),
  );
}

function find(personas, name) {
  return personas.find((persona) => persona.name === name);
}

function personaNamedByAddress(personas) {
  if (!personas) return null;
  return (find(personas, addressed()) ?? personas[0]).name;
}

function addressed() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
}

async function start() {
  const root = document.getElementById("graphiql");
  try {
    const examples = await readJson(EXAMPLES_URL);
    const personas = root.dataset.personas === "on" ? await readJson(PERSONAS_URL) : null;
    createRoot(root).render(h(App, { personas, examples }));
  } catch (error) {
    root.className = "bar bar-alarm";
    root.textContent = `This page could not start: ${error.message}`;
  }
}

start();
