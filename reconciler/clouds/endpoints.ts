/** Where each Google API is: all of them real, or all of them local. A mixture is refused, whatever is missing. */

export const SERVICES = [
  'workflows',
  'workflowexecutions',
  'cloudbuild',
  'storage',
  'cloudasset',
  'iamcredentials',
  'container',
  'compute',
  'artifactregistry',
  'iam',
  'logging',
  'pubsub',
] as const;
export type ServiceName = (typeof SERVICES)[number];

/** Base URL per service, without a trailing slash. */
export type Endpoints = Readonly<Record<ServiceName, string>>;

/** The hosts of Google Cloud itself. */
export const REAL: Endpoints = Object.fromEntries(
  SERVICES.map((service) => [service, `https://${service}.googleapis.com`]),
) as Record<ServiceName, string>;

/** Throws when one service would be left pointing at the real cloud: redirect every client or none. */
export function localEndpoints(given: Readonly<Record<string, string>>): Endpoints {
  const missing = SERVICES.filter((service) => given[service] === undefined);
  if (missing.length > 0) {
    throw new Error(
      `the local cloud does not say where ${missing.join(', ')} answer${missing.length === 1 ? 's' : ''}; ` +
        'refusing to send some calls to it and others to Google Cloud. Start it again with `plumb local up`',
    );
  }
  return Object.fromEntries(SERVICES.map((service) => [service, given[service] ?? ''])) as Record<
    ServiceName,
    string
  >;
}
