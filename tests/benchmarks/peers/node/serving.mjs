// What all peers need to start: `node SERVER.mjs FACTS` serves on a free port, which it prints when it is ready.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The viewer, the database as `pg` takes it, and how many connections. */
export function facts() {
  const kept = JSON.parse(readFileSync(process.argv[2], 'utf8'));
  const url = new URL(kept.dsn.replace('@/', '@socket/'));
  const host = url.searchParams.get('host') ?? url.hostname;
  return {
    viewer: kept,
    database: {
      host,
      port: Number(url.port || 5432),
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      database: url.pathname.slice(1),
    },
    connections: Number(process.env.RSC_BENCH_CONNECTIONS ?? 4),
  };
}

export const typeDefs = () => readFileSync(fileURLToPath(new URL('schema.graphql', import.meta.url)), 'utf8');

/** Have Fastify listen, and say where. */
export async function listen(app) {
  await app.listen({ host: '127.0.0.1', port: 0 });
  console.log(app.server.address().port);
}
