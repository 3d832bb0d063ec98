// Mercurius as its documentation has it for production: compiled operations (JIT), loaders, Fastify without logs.

import Fastify from 'fastify';
import mercurius from 'mercurius';

import { Rows, matchOf, openPool } from './rows.mjs';
import { facts, listen, typeDefs } from './serving.mjs';

const known = facts();
const rows = new Rows(openPool(known), known.viewer);

const resolvers = {
  Query: {
    candidate: (_, { id }, __, info) => rows.candidate(id, info),
    candidates: (_, { first, after }, __, info) => rows.candidates(first, after, info),
  },
  Candidate: { match: matchOf },
};

const ids = (queries) => queries.map(({ obj }) => obj.key);
const urns = (queries) => queries.map(({ obj }) => obj.match_member_urn);

// The operations here ask for no list twice, so the arguments and the selection of a batch's first query are all's.
const loaders = {
  Candidate: {
    tags: (queries) => rows.tags(ids(queries), queries[0].info),
    member: (queries) => rows.members(urns(queries), queries[0].info),
    applications: (queries) => rows.applications(ids(queries), queries[0].params.first, queries[0].info),
    notes: (queries) => rows.notes(ids(queries), queries[0].params.first, queries[0].info),
    inMails: (queries) => rows.inMails(urns(queries), queries[0].params.first, queries[0].info),
    recruiterNotes: (queries) => rows.recruiterNotes(urns(queries), queries[0].params.first, queries[0].info),
  },
  ApplicationConnection: { totalCount: (queries) => rows.applicationCounts(ids(queries)) },
  Application: { job: (queries) => rows.jobs(queries.map(({ obj }) => obj.job_id), queries[0].info) },
};
// What these load is asked for once a request anyway; the cache would make a key of JSON for each row.
for (const type of Object.values(loaders))
  for (const [name, loader] of Object.entries(type)) type[name] = { loader, opts: { cache: false } };

const app = Fastify({ logger: false });
app.register(mercurius, { schema: typeDefs(), resolvers, loaders, jit: 1, graphiql: false, path: '/graphql' });
await listen(app);
