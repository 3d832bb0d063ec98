// Hive Gateway in front of supergraph.graphql. It has no rights of its own: the viewer's token goes to every
// subgraph, and each decides for itself. Prints its port.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { createGatewayRuntime } from '@graphql-hive/gateway-runtime';
import http from '@graphql-mesh/transport-http';

const gateway = createGatewayRuntime({
  supergraph: readFileSync('supergraph.graphql', 'utf8'),
  transports: { http },
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) => ({ authorization: request.headers.get('authorization') }),
  },
  logging: false,
});

const server = createServer(gateway);
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.on('SIGTERM', () => process.exit(0));
