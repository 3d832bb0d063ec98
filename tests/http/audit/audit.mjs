// Audits the server at AUDIT_URL with the token in AUDIT_TOKEN; prints one JSON object a line:
// id, name, status (ok, notice, warn or error) and the reason if it is not ok.
import { auditServer } from 'graphql-http';

const authorization = `Bearer ${process.env.AUDIT_TOKEN}`;
const results = await auditServer({
  url: process.env.AUDIT_URL,
  fetchFn: (url, options = {}) =>
    fetch(url, { ...options, headers: { ...options.headers, authorization } }),
});
for (const { id, name, status, reason } of results) {
  console.log(JSON.stringify({ id, name, status, reason }));
}
