/** The subnet of nodes and internal load balancers, with the secondary ranges of pods and services. */
import { namesOf } from '../names.ts';
import { COMPUTE_METADATA } from './google.ts';
import { field, gcpKind, pathOf } from './kind.ts';
import { flag, list, name, text } from './schema/declare.ts';

export const subnet = gcpKind({
  kind: 'subnet',
  order: 20,
  assetType: 'compute.googleapis.com/Subnetwork',
  gone: 'stateful',
  schema: {
    network: name({ risk: 'replace' }),
    ipCidrRange: text({ risk: 'replace' }),
    privateIpGoogleAccess: flag(),
    secondaryIpRanges: list({
      by: 'rangeName',
      whole: true,
      // Ranges that GKE takes for pods when it is left to choose.
      except: /^gke-/,
      risk: 'replace',
      each: text({ at: 'ipCidrRange' }),
    }),
  },
  foreign: {
    ...COMPUTE_METADATA,
    gatewayAddress: 'server',
    region: 'server',
    purpose: 'server',
    stackType: 'server',
    privateIpv6GoogleAccess: 'server',
  },
  address: () => 'module.network.google_compute_subnetwork.nodes',
  wants: (tenant) => {
    const names = namesOf(tenant);
    const { project, region, network } = tenant.spec;
    return [
      {
        id: `subnet/${names.subnet}`,
        kind: 'subnet',
        plane: 'gcp',
        name: `compute.googleapis.com/projects/${project}/regions/${region}/subnetworks/${names.subnet}`,
        from: 'spec.network.subnet',
        fields: {
          network: field(names.network, null),
          ipCidrRange: field(network.subnet.range, 'spec.network.subnet.range'),
          'secondaryIpRanges[pods]': field(network.subnet.pods, 'spec.network.subnet.pods'),
          'secondaryIpRanges[services]': field(network.subnet.services, 'spec.network.subnet.services'),
          privateIpGoogleAccess: field(true, null),
        },
      },
    ];
  },
  ref: (want) => ({ service: 'compute', path: `/compute/v1/${pathOf(want.name)}` }),
});
