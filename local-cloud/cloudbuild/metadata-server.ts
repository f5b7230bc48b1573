/**
 * The metadata server of one build: how programs in a step find out which account they run as. Client libraries ask
 * it first, so that a step's identity needs no key file. Source: cloud.google.com/compute/docs/metadata.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mintToken } from '../core/identity.ts';
import { projectNumber } from '../core/projects.ts';
import { LOOPBACK } from '../core/server.ts';

export interface MetadataServer {
  /** `host:port`, for GCE_METADATA_HOST. */
  readonly host: string;
  close(): Promise<void>;
}

const SCOPES = [
  'https://www.googleapis.com/auth/cloud-platform',
  'https://www.googleapis.com/auth/userinfo.email',
];
/** Seconds the tokens claim to live; Google's live about an hour. */
const LIFETIME = 3599;

/** Starts one that speaks for `email` in `project`, as if on a worker in `region`. */
export async function startMetadataServer(
  email: string,
  project: string,
  region: string,
): Promise<MetadataServer> {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', `http://${LOOPBACK}`);
    response.setHeader('Metadata-Flavor', 'Google');
    response.setHeader('Server', 'Metadata Server for VM');
    // Browsers cannot send this header: it keeps web pages from reading tokens.
    if (pathname !== '/' && request.headers['metadata-flavor'] !== 'Google') {
      response.writeHead(403, { 'content-type': 'text/plain' });
      return response.end('Missing Metadata-Flavor:Google header.');
    }
    const value = answer(pathname.replace(/\/$/, ''), email, project, region);
    if (value === undefined) {
      response.writeHead(404, { 'content-type': 'text/plain' });
      return response.end(`${pathname} is not part of the local metadata server.`);
    }
    const isText = typeof value === 'string';
    response.writeHead(200, { 'content-type': isText ? 'application/text' : 'application/json' });
    return response.end(isText ? value : JSON.stringify(value));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, LOOPBACK, resolve);
  });
  return {
    host: `${LOOPBACK}:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function answer(path: string, email: string, project: string, region: string): unknown {
  if (path === '' || path === '/computeMetadata/v1' || path === '/computeMetadata/v1/instance') {
    return 'computeMetadata/\n';
  }
  const account =
    /^\/computeMetadata\/v1\/instance\/service-accounts\/(?:default|([^/]+@[^/]+))(\/.*)?$/.exec(path);
  if (account && (account[1] === undefined || account[1] === email))
    return ofAccount(account[2] ?? '', email);
  switch (path) {
    case '/computeMetadata/v1/project/project-id':
      return project;
    case '/computeMetadata/v1/project/numeric-project-id':
      return projectNumber(project);
    case '/computeMetadata/v1/instance/zone':
      return `projects/${projectNumber(project)}/zones/${region}-a`;
    case '/computeMetadata/v1/instance/service-accounts':
      return `default/\n${email}/\n`;
    case '/computeMetadata/v1/universe/universe-domain':
    case '/computeMetadata/v1/universe/universe_domain':
      return 'googleapis.com';
    default:
      return undefined;
  }
}

function ofAccount(part: string, email: string): unknown {
  switch (part) {
    case '':
      return { aliases: ['default'], email, scopes: SCOPES };
    case '/email':
      return email;
    case '/scopes':
      return `${SCOPES.join('\n')}\n`;
    case '/aliases':
      return 'default\n';
    case '/token':
      return { access_token: mintToken(email), expires_in: LIFETIME, token_type: 'Bearer' };
    default:
      return undefined;
  }
}
