/** Calls of the local cloud's control route that the CLI makes for a developer. */
import { LocalError } from './failure.ts';
import { infoFileOf, isRunning, readInfo, type LocalInfo } from './info.ts';

/** The running local cloud of a data folder. Throws LocalError when there is none. */
export function runningInfo(dataDir: string): LocalInfo {
  const info = readInfo(infoFileOf(dataDir));
  if (info === undefined || !isRunning(info)) {
    throw new LocalError(
      `no local cloud runs with the data folder ${dataDir}; start it with \`plumb local up\``,
    );
  }
  return info;
}

export interface ClusterAddress {
  /** `projects/P/locations/L/clusters/C`. */
  readonly name: string;
  /** `host:port`, TLS. */
  readonly endpoint: string;
  /** PEM. */
  readonly caCertificate: string;
}

/** The cluster of this short or full name, created empty when there is none. */
export const ensureCluster = (info: LocalInfo, name: string): Promise<ClusterAddress> =>
  post<ClusterAddress>(info, '/clusters', { name });

/** What a developer's own terraform needs in its environment to find the provider stand-in. */
export const terraformEnvironment = async (
  info: Pick<LocalInfo, 'endpoints'>,
  project: string,
): Promise<Record<string, string>> =>
  (await post<{ env: Record<string, string> }>(info, '/terraform', { project })).env;

async function post<T>({ endpoints }: Pick<LocalInfo, 'endpoints'>, path: string, body: unknown): Promise<T> {
  const url = `${endpoints['control'] ?? ''}${path}`;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).catch((cause: unknown) => {
    throw new LocalError(`the local cloud does not answer at ${url}`, { cause });
  });
  const answer = (await response.json()) as { error?: { message?: string } };
  if (!response.ok) throw new LocalError(answer.error?.message ?? `${url}: HTTP ${response.status}`);
  return answer as T;
}
