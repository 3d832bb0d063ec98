// The rows behind Mercurius and Apollo Server: one batched, prepared statement a relation.

import postgres from 'postgres';

import { columnsOf } from './columns.mjs';

const TIMESTAMPTZ = 1184;
const NO_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

// The connections are in UTC: PostgreSQL's text is ISO 8601 but for the "T" and the minutes of the offset.
const instant = {
  to: TIMESTAMPTZ,
  from: [TIMESTAMPTZ],
  serialize: (text) => text,
  parse: (text) => `${text.replace(' ', 'T')}:00`,
};

/** A pool as the gateway has it: so many connections, generic plans, UTC. This driver sends without waiting. */
export function openPool({ database, connections }) {
  return postgres({
    ...database,
    max: connections,
    types: { instant },
    connection: { plan_cache_mode: 'force_generic_plan', jit: 'off', TimeZone: 'UTC' },
  });
}

export class Rows {
  #pool;
  #viewer;

  constructor(pool, viewer) {
    this.#pool = pool;
    this.#viewer = viewer;
  }

  /** Every statement is prepared, once a connection. */
  #query(text, values) {
    return this.#pool.unsafe(text, values, { prepare: true });
  }

  async candidate(id, info) {
    const [row] = await this.#query(
      `select r.id as key, r.match_member_urn, ${columnsOf('candidate', info)}
       from candidate r where r.company_id = $1 and r.id = $2`,
      [this.#viewer.company_id, id.slice(id.lastIndexOf(':') + 1)],
    );
    return row ?? null;
  }

  /** A page of candidates, newest first, behind the cursor. */
  async candidates(first, after, info) {
    const [mark, at, last] = after ? JSON.parse(Buffer.from(after, 'base64url')) : ['', 'infinity', NO_ID];
    const rows = await this.#query(
      `select r.id as key, r.match_member_urn, r.created_at, ${columnsOf('candidate', info)}
       from candidate r where r.company_id = $1 and (r.created_at, r.id) < ($2, $3)
       order by r.created_at desc, r.id desc limit ${Number(first) + 1}`,
      [this.#viewer.company_id, at, last],
    );
    const hasNextPage = rows.length > first;
    if (hasNextPage) rows.pop();
    const end = rows.at(-1);
    const endCursor = end ? cursor(mark, end.created_at, end.key) : null;
    return { pageInfo: { hasNextPage, endCursor }, edges: rows.map((node) => ({ node })) };
  }

  async members(urns, info) {
    const rows = await this.#query(
      `select r.urn as key, ${columnsOf('member', info)} from member r where r.urn = any($1) and not r.is_closed`,
      [[...new Set(urns)]],
    );
    return byKey(urns, rows);
  }

  async jobs(ids, info) {
    const rows = await this.#query(
      `select r.id as key, ${columnsOf('job', info)} from job r where r.company_id = $1 and r.id = any($2)`,
      [this.#viewer.company_id, [...new Set(ids)]],
    );
    return byKey(ids, rows);
  }

  async tags(candidates, info) {
    const rows = await this.#query(
      `select ct.candidate_id as key, ${columnsOf('tag', info)} from candidate_tag ct
       join tag r on r.company_id = ct.company_id and r.id = ct.tag_id
       where ct.company_id = $1 and ct.candidate_id = any($2) order by r.name, r.id`,
      [this.#viewer.company_id, candidates],
    );
    return grouped(candidates, rows);
  }

  async applicationCounts(candidates) {
    const rows = await this.#query(
      `select candidate_id as key, count(*)::int as count from application
       where company_id = $1 and candidate_id = any($2) group by candidate_id`,
      [this.#viewer.company_id, candidates],
    );
    const counts = byKey(candidates, rows);
    return counts.map((one) => one?.count ?? 0);
  }

  applications(candidates, first, info) {
    return this.#pages(candidates, first, {
      table: 'application',
      key: 'candidate_id',
      of: 'uuid',
      order: 'applied_at',
      columns: columnsOf('application', info),
    });
  }

  notes(candidates, first, info) {
    return this.#pages(candidates, first, {
      table: 'note',
      key: 'candidate_id',
      of: 'uuid',
      order: 'created_at',
      columns: columnsOf('note', info),
    });
  }

  inMails(urns, first, info) {
    const { contract_id, seat_id } = this.#viewer;
    return this.#pages(urns, first, {
      table: 'inmail',
      key: 'member_urn',
      of: 'text',
      order: 'sent_at',
      columns: `r.seat_id = $4 as own, ${columnsOf('inmail', info)}`,
      where: 'and r.contract_id = $3',
      values: [contract_id, seat_id],
    });
  }

  recruiterNotes(urns, first, info) {
    const { contract_id, seat_id } = this.#viewer;
    return this.#pages(urns, first, {
      table: 'recruiter_note',
      key: 'member_urn',
      of: 'text',
      order: 'created_at',
      columns: columnsOf('recruiter_note', info),
      where: "and r.contract_id = $3 and (r.visibility = 'SHARED' or r.seat_id = $4)",
      values: [contract_id, seat_id],
    });
  }

  /** The first rows below each key, as connections in the order of the keys; none below a key that is null. */
  async #pages(keys, first, { table, key, of, order, columns, where = '', values = [] }) {
    const asked = keys.filter((one) => one !== null);
    if (asked.length === 0) return keys.map(() => ({ edges: [] }));
    const rows = await this.#query(
      `select d.key, x.* from unnest($2::${of}[]) d (key) cross join lateral (
         select ${columns} from ${table} r where r.company_id = $1 and r.${key} = d.key ${where}
         order by r.${order} desc, r.id desc limit ${Number(first)}) x`,
      [this.#viewer.company_id, asked, ...values],
    );
    return grouped(keys, rows).map((found, index) => ({
      key: keys[index],
      edges: found.map((node) => ({ node })),
    }));
  }
}

/** As the gateway writes it, to the letter: with a space behind each comma. */
function cursor(...parts) {
  return Buffer.from(`[${parts.map((one) => JSON.stringify(one)).join(', ')}]`).toString('base64url');
}

function byKey(keys, rows) {
  const found = new Map(rows.map((row) => [row.key, row]));
  return keys.map((key) => found.get(key) ?? null);
}

function grouped(keys, rows) {
  const found = new Map();
  for (const row of rows) {
    const before = found.get(row.key);
    if (before === undefined) found.set(row.key, [row]);
    else before.push(row);
  }
  return keys.map((key) => found.get(key) ?? []);
}

export const matchOf = (candidate) => ({
  state: candidate.match_state,
  memberId: candidate.match_member_urn,
  confidence: candidate.match_confidence,
  evidence: candidate.match_evidence,
});
