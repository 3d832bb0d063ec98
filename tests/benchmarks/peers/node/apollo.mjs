// Apollo Server on Fastify with a DataLoader for each relation of each request, and without what it can do without:
// no landing page, no cache hints (they look at each field), no check for cross-site requests.

import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import fastifyApollo, { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import DataLoader from 'dataloader';
import Fastify from 'fastify';

import { Rows, matchOf, openPool } from './rows.mjs';
import { facts, listen, typeDefs } from './serving.mjs';

const known = facts();
const rows = new Rows(openPool(known), known.viewer);

/** One request's loaders: one for each field of the operation, since each has arguments and a selection. */
class Loaders {
  #made = new Map();

  load(info, key, batch) {
    const field = info.fieldNodes[0];
    let loader = this.#made.get(field);
    if (loader === undefined) this.#made.set(field, (loader = new DataLoader(batch)));
    return loader.load(key);
  }
}

const below = (load, keyOf) => (row, { first }, { loaders }, info) => {
  const key = keyOf(row);
  if (key === null) return { edges: [] };
  return loaders.load(info, key, (keys) => load(keys, first, info));
};
const idOf = (row) => row.key;
const urnOf = (row) => row.match_member_urn;

const resolvers = {
  Query: {
    candidate: (_, { id }, __, info) => rows.candidate(id, info),
    candidates: (_, { first, after }, __, info) => rows.candidates(first, after, info),
  },
  Candidate: {
    match: matchOf,
    tags: (row, _, { loaders }, info) => loaders.load(info, row.key, (keys) => rows.tags(keys, info)),
    member: (row, _, { loaders }, info) =>
      row.match_member_urn && loaders.load(info, row.match_member_urn, (urns) => rows.members(urns, info)),
    applications: below((keys, first, info) => rows.applications(keys, first, info), idOf),
    notes: below((keys, first, info) => rows.notes(keys, first, info), idOf),
    inMails: below((keys, first, info) => rows.inMails(keys, first, info), urnOf),
    recruiterNotes: below((keys, first, info) => rows.recruiterNotes(keys, first, info), urnOf),
  },
  ApplicationConnection: {
    totalCount: ({ key }, _, { loaders }, info) => loaders.load(info, key, (keys) => rows.applicationCounts(keys)),
  },
  Application: {
    job: ({ job_id }, _, { loaders }, info) => job_id && loaders.load(info, job_id, (ids) => rows.jobs(ids, info)),
  },
};

const app = Fastify({ logger: false });
const apollo = new ApolloServer({
  typeDefs: typeDefs(),
  resolvers,
  introspection: false,
  csrfPrevention: false,
  plugins: [
    ApolloServerPluginCacheControlDisabled(),
    ApolloServerPluginLandingPageDisabled(),
    fastifyApolloDrainPlugin(app),
  ],
});
await apollo.start();
await app.register(fastifyApollo(apollo), { path: '/graphql', context: async () => ({ loaders: new Loaders() }) });
await listen(app);
