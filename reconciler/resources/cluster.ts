/** The private GKE cluster. One that vanished held workloads: it is never made again without a person. */
import { namesOf } from '../names.ts';
import { field, gcpKind, pathOf } from './kind.ts';
import { flag, list, name, text, word } from './schema/declare.ts';
import { inside } from './schema/path.ts';

/** Not wanted by a value, but carried along: where the control plane answers. */
export const ENDPOINT_FIELD = 'controlPlaneEndpointsConfig.dnsEndpointConfig.endpoint';

export const cluster = gcpKind({
  kind: 'cluster',
  order: 50,
  assetType: 'container.googleapis.com/Cluster',
  gone: 'stateful',
  schema: {
    network: name({ risk: 'replace' }),
    subnetwork: name({ risk: 'replace' }),
    'releaseChannel.channel': word(),
    'privateClusterConfig.enablePrivateNodes': flag({ risk: 'replace' }),
    'privateClusterConfig.enablePrivateEndpoint': flag(),
    'privateClusterConfig.masterIpv4CidrBlock': text({ risk: 'replace' }),
    'ipAllocationPolicy.clusterSecondaryRangeName': text({ risk: 'replace' }),
    'ipAllocationPolicy.servicesSecondaryRangeName': text({ risk: 'replace' }),
    'controlPlaneEndpointsConfig.dnsEndpointConfig.allowExternalTraffic': flag(),
    'workloadIdentityConfig.workloadPool': text(),
    nodePools: list({
      by: 'name',
      whole: true,
      members: true,
      // Made and removed by node auto-provisioning, with the load.
      unless: 'autoscaling.autoprovisioned',
      each: {},
    }),
    [ENDPOINT_FIELD]: text(),
  },
  foreign: {
    selfLink: 'server',
    id: 'server',
    etag: 'server',
    status: 'server',
    createTime: 'server',
    currentMasterVersion: 'server',
    currentNodeVersion: 'server',
    masterAuth: 'server',
    conditions: 'server',
    currentNodeCount: 'autoscaler',
    'nodePools.*.initialNodeCount': 'autoscaler',
    'nodePools.*.status': 'server',
  },
  address: () => 'module.cluster.google_container_cluster.cluster',
  wants: (tenant) => {
    const names = namesOf(tenant);
    const { project, region, cluster: spec } = tenant.spec;
    return [
      {
        id: `cluster/${names.cluster}`,
        kind: 'cluster',
        plane: 'gcp',
        name: `container.googleapis.com/projects/${project}/locations/${region}/clusters/${names.cluster}`,
        from: 'spec.cluster',
        fields: {
          network: field(names.network, null),
          subnetwork: field(names.subnet, null),
          'releaseChannel.channel': field(spec.releaseChannel, 'spec.cluster.releaseChannel'),
          'privateClusterConfig.enablePrivateNodes': field(true, null),
          'privateClusterConfig.enablePrivateEndpoint': field(true, null),
          'privateClusterConfig.masterIpv4CidrBlock': field(
            spec.controlPlaneRange,
            'spec.cluster.controlPlaneRange',
          ),
          'ipAllocationPolicy.clusterSecondaryRangeName': field('pods', null),
          'ipAllocationPolicy.servicesSecondaryRangeName': field('services', null),
          'controlPlaneEndpointsConfig.dnsEndpointConfig.allowExternalTraffic': field(true, null),
          'workloadIdentityConfig.workloadPool': field(`${project}.svc.id.goog`, 'spec.project'),
          ...Object.fromEntries(
            spec.nodePools.map(({ name: pool }) => [
              inside('nodePools', pool),
              field(true, `spec.cluster.nodePools[${pool}]`),
            ]),
          ),
        },
      },
    ];
  },
  ref: (want) => ({ service: 'container', path: `/v1/${pathOf(want.name)}` }),
});
