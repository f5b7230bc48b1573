// A web server that greets, and answers its health check on /health.
import { createServer } from 'node:http';

const port = Number(process.env.PORT ?? 8080);
const greeting = process.env.GREETING ?? 'Hello';
const verbose = process.env.LOG_LEVEL === 'debug';

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost');
  const [status, body] =
    pathname === '/health'
      ? [200, { status: 'ok' }]
      : pathname === '/'
        ? [200, { greeting }]
        : [404, { error: `nothing at ${pathname}` }];
  if (verbose) process.stdout.write(`${request.method} ${pathname} ${status}\n`);
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
});

server.listen(port);

// Kubernetes sends SIGTERM and takes the address away at the same time: finish what has begun, then go.
process.on('SIGTERM', () => server.close());
