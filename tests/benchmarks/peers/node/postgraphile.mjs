// PostGraphile 5 on Node's own HTTP server: its schema of the tables, with smart tags for names and for the relation
// that is no foreign key, and plans for what tables do not say (ids as URNs, the insides of JSON, private rules).

import { createServer } from 'node:http';

import { TYPES } from '@dataplan/pg';
import { PgManyToManyPreset } from '@graphile-contrib/pg-many-to-many';
import { PgSimplifyInflectionPreset } from '@graphile/simplify-inflection';
import { connection, context, lambda } from 'grafast';
import { grafserv } from 'grafserv/node';
import pg from 'pg';
import { postgraphile } from 'postgraphile';
import { makePgService } from 'postgraphile/adaptors/pg';
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber';
import { extendSchema, gql, jsonPgSmartTags } from 'postgraphile/utils';

import { facts } from './serving.mjs';

const known = facts();

const smartTags = jsonPgSmartTags({
  version: 1,
  config: {
    class: {
      // No member here is closed; where one may be, this relation needs a condition.
      candidate: { tags: { foreignKey: '(match_member_urn) references member (urn)|@fieldName member' } },
    },
    constraint: {
      'candidate_tag.candidate_tag_company_id_tag_id_fkey': {
        tags: { manyToManySimpleFieldName: 'tags', behavior: '+list +manyToMany' },
      },
      'application.application_company_id_candidate_id_fkey': { tags: { foreignFieldName: 'applications' } },
      'application.application_company_id_job_id_fkey': { tags: { fieldName: 'job' } },
      'note.note_company_id_candidate_id_fkey': { tags: { foreignFieldName: 'notes' } },
    },
  },
});

const beyondTables = extendSchema((build) => {
  const { sql, pgResources } = build;
  const urn = (kind) => (row) =>
    row.select(sql`${sql.literal(`urn:rsc:${kind}:`)} || ${row.getClassStep().alias}.id`, TYPES.text);
  const viewer = (name) => context().get('viewer').get(name);
  const page = (resource, time, allow) => (candidate) => {
    const rows = resource.find({
      company_id: candidate.get('company_id'),
      member_urn: candidate.get('match_member_urn'),
      contract_id: viewer('contract_id'),
    });
    allow?.(rows);
    rows.orderBy({ attribute: time, direction: 'DESC' });
    rows.orderBy({ attribute: 'id', direction: 'DESC' });
    rows.setOrderIsUnique();
    return connection(rows);
  };
  const withOwner = (row, choose) => lambda([row.get('seat_id'), viewer('seat_id'), row.get('subject')], choose, true);
  const sharedOrOwn = (rows) => {
    const seat = rows.placeholder(viewer('seat_id'), TYPES.uuid);
    rows.where(sql`(${rows.alias}.visibility = 'SHARED' or ${rows.alias}.seat_id = ${seat})`);
  };
  return {
    typeDefs: gql`
      extend type Candidate {
        urn: ID!
        phones: [PhoneNumber!]!
        match: Match!
        inMails: InmailConnection!
        recruiterNotes: RecruiterNoteConnection!
      }
      extend type Tag { urn: ID! }
      extend type Application { urn: ID! }
      extend type Job { urn: ID! }
      extend type Note { urn: ID! }
      extend type RecruiterNote { urn: ID! }
      extend type Inmail { urn: ID! ownSubject: String bodyWithheld: Boolean! }
      extend type Member { held: [Position!]! studied: [Education!]! skilled: [Skill!]! }
      type PhoneNumber { number: String! extension: String }
      type Match { state: String! memberId: ID confidence: Float evidence: [MatchEvidence!]! }
      type MatchEvidence { method: String! detail: String! }
      type Position { title: String! companyName: String! startDate: String endDate: String }
      type Education { schoolName: String! degree: String }
      type Skill { name: String! endorsementCount: Int! }
    `,
    objects: {
      Candidate: {
        plans: {
          urn: urn('candidate'),
          phones: (row) => row.get('phone_numbers'),
          match: (row) => row,
          inMails: page(pgResources.inmail, 'sent_at'),
          recruiterNotes: page(pgResources.recruiter_note, 'created_at', sharedOrOwn),
        },
      },
      Match: {
        plans: {
          state: (row) => row.get('match_state'),
          memberId: (row) => row.get('match_member_urn'),
          confidence: (row) => row.get('match_confidence'),
          evidence: (row) => row.get('match_evidence'),
        },
      },
      Tag: { plans: { urn: urn('tag') } },
      Application: { plans: { urn: urn('application') } },
      Job: { plans: { urn: urn('job') } },
      Note: { plans: { urn: urn('note') } },
      RecruiterNote: { plans: { urn: urn('recruiter-note') } },
      Inmail: {
        plans: {
          urn: urn('inmail'),
          ownSubject: (row) => withOwner(row, ([seat, mine, subject]) => (seat === mine ? subject : null)),
          bodyWithheld: (row) => withOwner(row, ([seat, mine]) => seat !== mine),
        },
      },
      Member: {
        plans: {
          held: (row) => row.get('positions'),
          studied: (row) => row.get('education'),
          skilled: (row) => row.get('skills'),
        },
      },
    },
  };
});

const preset = {
  extends: [PostGraphileAmberPreset, PgSimplifyInflectionPreset, PgManyToManyPreset],
  plugins: [smartTags, beyondTables],
  pgServices: [
    makePgService({
      pool: new pg.Pool({
        ...known.database,
        max: known.connections,
        min: known.connections,
        options: '-c plan_cache_mode=force_generic_plan -c jit=off -c TimeZone=UTC',
      }),
      schemas: ['public'],
    }),
  ],
  grafast: { context: { viewer: known.viewer } },
  grafserv: { graphqlPath: '/graphql', websockets: false, graphiql: false, watch: false },
};

const serving = postgraphile(preset).createServ(grafserv);
const server = createServer();
await serving.addTo(server);
await serving.ready();
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
