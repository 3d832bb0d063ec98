// Requests with the viewer's token, which lives in this closure and nowhere else.

const GRAPHQL_URL = "graphql";
const GUARDS_URL = "graphiql/guards.json";
const EXPLAIN_URL = "graphiql/explain";

/** What the page itself needs, without a token. */
export async function readJson(url) {
  const answer = await fetch(url, { credentials: "omit", cache: "no-store" });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}.`);
  return answer.json();
}

/**
 * The three things that are asked for a viewer `{label, token, renew}`; `renew` gives a fresh token for the same
 * persona, or is null. Each answers the JSON that the server said, be it a refusal, or throws an Error.
 */
export function askingAs(viewer, signal) {
  let token = viewer.token;

  function send(url, body) {
    const sent = { method: body === undefined ? "GET" : "POST", credentials: "omit", cache: "no-store", signal };
    const headers = {
      Accept: "application/graphql-response+json, application/json;q=0.9",
      Authorization: `Bearer ${token}`,
    };
    if (body === undefined) return fetch(url, { ...sent, headers });
    headers["Content-Type"] = "application/json";
    return fetch(url, { ...sent, headers, body: JSON.stringify(body) });
  }

  async function ask(url, body) {
    try {
      let answer = await send(url, body);
      if (answer.status === 401 && viewer.renew) {
        token = await viewer.renew();
        answer = await send(url, body);
      }
      const text = await answer.text();
      return readAnswer(text, answer.status);
    } catch (error) {
      if (signal.aborted) throw new Error(`Stopped: ${viewer.label} no longer asks. Run it again.`);
      throw error;
    }
  }

  return {
    run: (params) => ask(GRAPHQL_URL, params),
    guards: () => ask(GUARDS_URL),
    explain: (params) => ask(EXPLAIN_URL, params),
  };
}

/** The name, if the document has such an operation: for a moment the editor names one of the text before. */
export function nameIn(query, name) {
  return name && new RegExp(`\\b(query|mutation|subscription)\\s+${name}\\b`).test(query) ? name : undefined;
}

function readAnswer(text, status) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`The server answered ${status} without JSON: ${text.slice(0, 200)}`);
  }
}
