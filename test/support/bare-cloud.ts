/**
 * One service of the local cloud by itself, over HTTP, on a clock that stands still unless moved. For suites that
 * need neither clusters nor Terraform: those parts are in-memory records here.
 */
import { createCloud, type Cloud } from '../../local-cloud/core/cloud.ts';
import { configSchema } from '../../local-cloud/core/config.ts';
import type { Parts } from '../../local-cloud/core/parts.ts';
import { serve } from '../../local-cloud/core/server.ts';
import type { Service } from '../../local-cloud/core/service.ts';

export interface Answer {
  readonly status: number;
  /** The JSON body; `unknown` inside, so that a test says what it expects. */
  readonly body: Record<string, unknown>;
}

export interface BareCloud {
  readonly cloud: Cloud;
  /** Names of the clusters whose Kubernetes API runs. */
  readonly clusters: Set<string>;
  /** One call to the service named, e.g. `call('compute', 'GET', '/compute/v1/…')`. */
  call(
    service: string,
    http: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer>;
  close(): Promise<void>;
}

/** Parts that only remember: `clusters` holds the names of those whose API was asked for. */
export function bareParts(clusters = new Set<string>()): Parts {
  return {
    networks: {
      publish: () => () => undefined,
      proxyUrl: async () => 'http://127.0.0.1:9',
      close: async () => undefined,
    },
    kubernetes: {
      ensure: async (cluster) => {
        clusters.add(cluster);
        return { endpoint: '127.0.0.1:6443', caCertificate: 'PEM' };
      },
      remove: async (cluster) => void clusters.delete(cluster),
      list: () => [...clusters],
      close: async () => undefined,
    },
    terraform: {
      attach: async () => ({ env: {}, close: async () => undefined }),
      close: async () => undefined,
    },
  };
}

/** Serves `services` of one cloud on free ports. `settings` are those of the cloud's configuration. */
export async function bareCloud(
  services: readonly ((cloud: Cloud) => Service)[],
  settings: Record<string, unknown> = {},
): Promise<BareCloud> {
  const clusters = new Set<string>();
  const config = configSchema.parse({ dataDir: '.', speed: 0, ...settings });
  const cloud = createCloud(config, () => bareParts(clusters));
  const listening = await Promise.all(
    services.map(async (create) => {
      const service = create(cloud);
      const server = await serve(cloud, service, 0);
      cloud.endpoints[service.name] = server.url;
      return server;
    }),
  );
  return {
    cloud,
    clusters,
    call: async (service, http, path, body, headers) => {
      const response = await fetch(`${cloud.endpoints[service] ?? ''}${path}`, {
        method: http,
        ...(body !== undefined && { body: JSON.stringify(body) }),
        ...(headers && { headers }),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
    close: async () => {
      await Promise.all(listening.map((server) => server.close()));
    },
  };
}
