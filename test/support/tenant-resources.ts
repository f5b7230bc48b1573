/** The resources one tenant has, put straight into a store: what Terraform leaves behind, without running Terraform. */
import type { Cloud } from '../../local-cloud/core/cloud.ts';
import type { Body } from '../../local-cloud/core/store.ts';

const COMPUTE = 'https://www.googleapis.com/compute/v1';

/** Creates the tenant's network, cluster, node pools, registry, pool and accounts in project `<tenant>-prod`. */
export function putTenant(cloud: Cloud, tenant = 'acme', region = 'us-central1'): void {
  const project = `${tenant}-prod`;
  const add = (service: string, type: string, location: string, path: string, body: Body) =>
    cloud.resources.create({
      name: `${service}.googleapis.com/projects/${project}/${path}`,
      assetType: `${service}.googleapis.com/${type}`,
      project,
      location,
      body,
    });
  const network = `${COMPUTE}/projects/${project}/global/networks/${tenant}-vpc`;
  const regional = `${COMPUTE}/projects/${project}/regions/${region}`;
  add('compute', 'Network', 'global', `global/networks/${tenant}-vpc`, {
    name: `${tenant}-vpc`,
    autoCreateSubnetworks: false,
    selfLink: network,
  });
  add('compute', 'Subnetwork', region, `regions/${region}/subnetworks/${tenant}-nodes`, {
    name: `${tenant}-nodes`,
    network,
    ipCidrRange: '10.10.0.0/20',
    region: regional,
    selfLink: `${regional}/subnetworks/${tenant}-nodes`,
  });
  add('compute', 'Router', region, `regions/${region}/routers/${tenant}-router`, {
    name: `${tenant}-router`,
    network,
    region: regional,
    selfLink: `${regional}/routers/${tenant}-router`,
    nats: [
      {
        name: `${tenant}-nat`,
        natIpAllocateOption: 'AUTO_ONLY',
        sourceSubnetworkIpRangesToNat: 'ALL_SUBNETWORKS_ALL_IP_RANGES',
      },
    ],
  });
  const cluster = `locations/${region}/clusters/${tenant}`;
  add('container', 'Cluster', region, cluster, {
    name: tenant,
    location: region,
    zone: region,
    status: 'RUNNING',
    network: `${tenant}-vpc`,
    subnetwork: `${tenant}-nodes`,
    endpoint: '34.0.0.1',
    currentMasterVersion: '1.33.5-gke.1080000',
    currentNodeVersion: '1.33.5-gke.1080000',
    resourceLabels: { tenant },
    controlPlaneEndpointsConfig: {
      dnsEndpointConfig: { endpoint: '127.0.0.1:6443', allowExternalTraffic: true },
    },
    selfLink: `https://container.googleapis.com/v1/projects/${project}/${cluster}`,
  });
  for (const [pool, max] of [
    ['cpu', 4],
    ['gpu', 2],
  ] as const) {
    add('container', 'NodePool', region, `${cluster}/nodePools/${pool}`, {
      name: pool,
      status: 'RUNNING',
      version: '1.33.5-gke.1080000',
      autoscaling: { enabled: true, minNodeCount: 0, maxNodeCount: max },
      config: { machineType: 'e2-standard-4', labels: { pool } },
    });
  }
  add('artifactregistry', 'Repository', region, `locations/${region}/repositories/${tenant}`, {
    format: 'DOCKER',
  });
  add('cloudbuild', 'WorkerPool', region, `locations/${region}/workerPools/${tenant}-pool`, {
    state: 'RUNNING',
  });
  for (const account of ['nodes', 'deploy']) {
    const email = `${tenant}-${account}@${project}.iam.gserviceaccount.com`;
    add('iam', 'ServiceAccount', 'global', `serviceAccounts/${email}`, {
      name: `projects/${project}/serviceAccounts/${email}`,
      email,
      projectId: project,
    });
  }
}
