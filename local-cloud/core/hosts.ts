/** Turns the address of a real Google service into the local one, so that nothing in here ever calls the real cloud. */
import type { Cloud } from './cloud.ts';
import { ApiError } from './errors.ts';

const GOOGLE = /(^|\.)(googleapis\.com|google\.com|gcr\.io|pkg\.dev|run\.app)$/;

/** `us-central1-run.googleapis.com` and `run.us-central1.rep.googleapis.com` both speak for `run.googleapis.com`. */
const REGION = '[a-z]+-[a-z]+\\d+';
const SERVICE = new RegExp(`^(?:${REGION}-)?([a-z0-9]+)(?:\\.${REGION}(?:\\.rep)?)?\\.googleapis\\.com$`);

/** The key in `cloud.endpoints` that stands for `host`, whether or not it is being served. */
export function serviceOfHost(host: string): string | undefined {
  return SERVICE.exec(host)?.[1];
}

/**
 * `url` with a Google host exchanged for the local service's address; any other URL comes back as it is.
 * Throws UNIMPLEMENTED for a Google host that has no local service: all calls stay local, or none would be safe.
 */
export function localUrl(cloud: Pick<Cloud, 'endpoints'>, url: string | URL): URL {
  const asked = new URL(url);
  if (!GOOGLE.test(asked.hostname)) return asked;
  const service = serviceOfHost(asked.hostname);
  const base = service === undefined ? undefined : cloud.endpoints[service];
  if (base === undefined) {
    throw new ApiError(
      'UNIMPLEMENTED',
      `${asked.hostname} is not served by the local cloud; it serves ${Object.keys(cloud.endpoints).sort().join(', ')}.`,
    );
  }
  return new URL(asked.pathname + asked.search, base);
}
