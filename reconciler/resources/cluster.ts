/** The private GKE cluster. One that vanished held workloads: it is never made again without a person. */
import { at, textAt } from '../json.ts';
import { namesOf } from '../names.ts';
import { field, pathOf, riskOf, tail, type GcpKind } from './kind.ts';

/** Not wanted by a value, but carried along: where the control plane answers. */
export const ENDPOINT_FIELD = 'controlPlaneEndpointsConfig.dnsEndpointConfig.endpoint';

export const cluster: GcpKind = {
  kind: 'cluster',
  plane: 'gcp',
  order: 50,
  assetType: 'container.googleapis.com/Cluster',
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
          'privateClusterConfig.masterIpv4CidrBlock': field(
            spec.controlPlaneRange,
            'spec.cluster.controlPlaneRange',
          ),
        },
      },
    ];
  },
  ref: (want) => ({ service: 'container', path: `/v1/${pathOf(want.name)}` }),
  read: (body) => ({
    network: tail(textAt(body, 'network')),
    subnetwork: tail(textAt(body, 'subnetwork')),
    'releaseChannel.channel': textAt(body, 'releaseChannel', 'channel'),
    'privateClusterConfig.enablePrivateNodes':
      at(body, 'privateClusterConfig', 'enablePrivateNodes') === true,
    'privateClusterConfig.masterIpv4CidrBlock': textAt(body, 'privateClusterConfig', 'masterIpv4CidrBlock'),
    [ENDPOINT_FIELD]: textAt(body, 'controlPlaneEndpointsConfig', 'dnsEndpointConfig', 'endpoint'),
  }),
  risk: riskOf([/^network$/, /^subnetwork$/, /^privateClusterConfig/], 'stateful'),
};
