/**
 * Where a URL of a workflow leads on this machine: Google's hosts to the local services, loopback addresses as they
 * are, and everything else nowhere, so that no local run ever touches the world outside.
 */
import { systemError } from '../run/errors.ts';
import type { Host } from '../run/host.ts';

const GOOGLE = '.googleapis.com';
/** Older APIs share one host and tell themselves apart by the first piece of the path. */
const SHARED_HOST = `www${GOOGLE}`;
const LOOPBACK = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** The URL to really call. Raises ValueError for no URL, ConnectionFailedError for a host out of reach. */
export function reachable(text: string, host: Host): URL {
  const url = parse(text);
  if (host.send !== undefined) return url;
  if (url.hostname.endsWith(GOOGLE)) return local(url, host);
  if (LOOPBACK.test(url.hostname)) return url;
  throw systemError(
    'ConnectionFailedError',
    `${url.host} is outside the local cloud, which calls Google's services and loopback addresses only`,
  );
}

function parse(text: string): URL {
  const url = URL.parse(text);
  if (url !== null && (url.protocol === 'http:' || url.protocol === 'https:')) return url;
  throw systemError('ValueError', `'${text}' is not an HTTP or HTTPS URL`);
}

function local(url: URL, host: Host): URL {
  const base = serviceNames(url)
    .map((name) => host.endpoint(name))
    .find((endpoint) => endpoint !== undefined);
  if (base === undefined) {
    throw systemError('ConnectionFailedError', `${url.hostname} has no service in the local cloud`);
  }
  return new URL(base.replace(/\/$/, '') + url.pathname + url.search);
}

/** `us-central1-run.googleapis.com` is the service `run` at a location. */
function serviceNames(url: URL): string[] {
  if (url.hostname === SHARED_HOST) return [url.pathname.split('/')[1] ?? ''];
  const label = url.hostname.slice(0, -GOOGLE.length);
  return [label, label.replace(/^[a-z]+-[a-z]+\d+-/, '')];
}
