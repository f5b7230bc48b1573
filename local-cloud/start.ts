/** Builds the cloud, makes every service listen, and gives back how to end it. */
import { mkdirSync } from 'node:fs';
import { createCloud, type Cloud } from './core/cloud.ts';
import type { CloudConfig } from './core/config.ts';
import { serve, type Listening } from './core/server.ts';
import { createKubernetesHost } from './kubernetes/host.ts';
import { createVpcNetworks } from './network/vpc.ts';
import { SERVICES } from './services.ts';
import { createTerraformHost } from './terraform/host.ts';

export interface RunningCloud {
  readonly cloud: Cloud;
  /** Base URL per service. */
  readonly endpoints: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Starts everything or nothing: when one port is taken, what already listens is closed again. */
export async function startCloud(config: CloudConfig): Promise<RunningCloud> {
  mkdirSync(config.dataDir, { recursive: true });
  const cloud = createCloud(config, (self) => ({
    networks: createVpcNetworks(self),
    kubernetes: createKubernetesHost(self),
    terraform: createTerraformHost(self),
  }));
  const listening: Listening[] = [];
  const close = async () => {
    await Promise.all(listening.map((server) => server.close()));
    await Promise.all([cloud.kubernetes.close(), cloud.networks.close(), cloud.terraform.close()]);
  };
  try {
    for (const [index, create] of SERVICES.entries()) {
      const service = create(cloud);
      const server = await serve(cloud, service, config.port === 0 ? 0 : config.port + index);
      listening.push(server);
      cloud.endpoints[service.name] = server.url;
    }
  } catch (error) {
    await close();
    throw error;
  }
  if (config.spanner !== null) cloud.endpoints['spanner'] = config.spanner;
  return { cloud, endpoints: cloud.endpoints, close };
}
