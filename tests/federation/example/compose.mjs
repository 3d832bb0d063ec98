// Composes subgraphs: node compose.mjs NAME=URL=SDL_FILE…; writes supergraph.graphql and prints, as one line of
// JSON, what each of the two composers has to say.
import { readFileSync, writeFileSync } from 'node:fs';
import { composeServices as composeByApollo } from '@apollo/composition';
import { composeServices as composeByGuild } from '@theguild/federation-composition';
import { parse } from 'graphql';

const services = process.argv.slice(2).map((argument) => {
  const [name, url, file] = argument.split('=');
  return { name, url, typeDefs: parse(readFileSync(file, 'utf8')) };
});

const apollo = composeByApollo(services);
const guild = composeByGuild(services);
if (apollo.supergraphSdl) writeFileSync('supergraph.graphql', apollo.supergraphSdl);
console.log(
  JSON.stringify({
    apollo: {
      errors: (apollo.errors ?? []).map((error) => error.message),
      hints: (apollo.hints ?? []).map((hint) => ({
        code: hint.definition.code,
        level: hint.definition.level.name,
        message: hint.message,
      })),
      supergraph: apollo.supergraphSdl ?? null,
    },
    guild: {
      errors: (guild.errors ?? []).map((error) => error.message),
      supergraph: guild.supergraphSdl ?? null,
    },
  }),
);
