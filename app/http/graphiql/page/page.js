// The page around GraphiQL: who asks (a persona of the demo, or a token that is pasted in), and the
// example operations as tabs. Tokens live in this file's variables only; nothing here stores one.
"use strict";

(() => {
  const { GraphiQL, GraphiQLInterface, GraphiQLProvider, createElement: h, createRoot } = window.GraphiQLBundle;
  const { useEditorContext, useEffect, useMemo, useRef, useState } = window.GraphiQLBundle;

  const EXAMPLES_URL = "graphiql/examples.json";
  const PERSONAS_URL = "graphiql/personas.json";
  const GRAPHQL_URL = "graphql";
  const NEW_TAB = "# Ctrl-Space completes, Ctrl-Enter runs.\n";

  async function readJson(url) {
    const answer = await fetch(url, { credentials: "omit", cache: "no-store" });
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}.`);
    return answer.json();
  }

  function post(token, params, signal) {
    return fetch(GRAPHQL_URL, {
      method: "POST",
      credentials: "omit",
      headers: {
        Accept: "application/graphql-response+json, application/json;q=0.9",
        Authorization: `Bearer ${token}`,
        "Content-Type": "application/json",
      },
      body: JSON.stringify(params),
      signal,
    });
  }

  // A viewer is {label, token, renew}: `renew` gives a fresh token for the same persona, or is null.
  function fetcherFor(viewer, signal) {
    let token = viewer.token;
    return async ({ query, variables, operationName }) => {
      const params = { query, variables, operationName };
      try {
        let answer = await post(token, params, signal);
        if (answer.status === 401 && viewer.renew) {
          token = await viewer.renew();
          answer = await post(token, params, signal);
        }
        const text = await answer.text();
        return readAnswer(text, answer.status);
      } catch (error) {
        if (signal.aborted) throw new Error(`Stopped: ${viewer.label} no longer asks. Run it again.`);
        throw error;
      }
    };
  }

  function readAnswer(text, status) {
    try {
      return JSON.parse(text);
    } catch {
      throw new Error(`The server answered ${status} without JSON: ${text.slice(0, 200)}`);
    }
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
    const chosen = personas.find((persona) => persona.name === name);
    const options = personas.map((persona) => h("option", { key: persona.name, value: persona.name }, persona.name));
    return [
      h("label", { key: "label", htmlFor: "persona" }, "Ask as"),
      h("select", { key: "select", id: "persona", value: name, onChange: (event) => onChoose(event.target.value) }, options),
      h("span", { key: "note", className: "bar-note", title: chosen.description }, chosen.description),
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
      h("span", { key: "note", className: "bar-note" }, "The schema is read with this token."),
    ];
  }

  function Editor({ viewer, examples }) {
    // Without a schema for one render, so that the next viewer starts from what they may read themselves.
    const [readFor, setReadFor] = useState(null);
    useEffect(() => setReadFor(viewer), [viewer]);
    const calls = useMemo(() => new AbortController(), [viewer]);
    useEffect(() => () => calls.abort(), [calls]);
    const fetcher = useMemo(
      () => (viewer ? fetcherFor(viewer, calls.signal) : () => Promise.reject(new Error("Paste a token first."))),
      [viewer, calls],
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
        { isHeadersEditorEnabled: false, showPersistHeadersSettings: false },
        h(GraphiQL.Logo, null, " "),
      ),
    );
  }

  function App({ personas, examples }) {
    const [name, setName] = useState(() => personaNamedByAddress(personas));
    const [viewer, setViewer] = useState(() => personas && personaViewer(find(personas, name)));
    const [opened, setOpened] = useState(0);

    const choosePersona = (next) => {
      history.replaceState(null, "", `#${encodeURIComponent(next)}`);
      setName(next);
      setViewer(personaViewer(find(personas, next)));
    };
    const chooseToken = (token) => setViewer(token ? { label: "this token", token, renew: null } : null);
    const reopenExamples = () => {
      for (const key of ["tabState", "query", "variables"]) localStorage.removeItem(`graphiql:${key}`);
      setOpened(opened + 1);
    };

    return h(
      "div",
      { className: "page" },
      h(
        "header",
        { className: "bar" },
        h("h1", { className: "bar-title" }, "RSC gateway · GraphiQL"),
        personas
          ? h(PersonaSwitch, { personas, name, onChoose: choosePersona })
          : h(TokenField, { onChoose: chooseToken }),
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
    const named = find(personas, decodeURIComponent(location.hash.slice(1)));
    return (named ?? personas[0]).name;
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
})();
