/** What Compute Engine checks before it lets a router change: field names, immutables, and its NATs. */
import { invalid, isObject, listField, onlyKnown, stringField } from '../core/body.ts';
import type { Body } from '../core/store.ts';

const ROUTER_FIELDS = [
  ...[
    'bgp',
    'bgpPeers',
    'creationTimestamp',
    'description',
    'encryptedInterconnectRouter',
    'id',
    'interfaces',
    'kind',
  ],
  ...['md5AuthenticationKeys', 'name', 'nats', 'network', 'params', 'region', 'selfLink'],
] as const;

const NAT_FIELDS = [
  ...['autoNetworkTier', 'drainNatIps', 'enableDynamicPortAllocation', 'enableEndpointIndependentMapping'],
  ...['endpointTypes', 'icmpIdleTimeoutSec', 'logConfig', 'maxPortsPerVm', 'minPortsPerVm', 'name'],
  ...['nat64Subnetworks', 'natIpAllocateOption', 'natIps', 'rules', 'sourceSubnetworkIpRangesToNat'],
  ...[
    'sourceSubnetworkIpRangesToNat64',
    'subnetworks',
    'tcpEstablishedIdleTimeoutSec',
    'tcpTimeWaitTimeoutSec',
  ],
  ...['tcpTransitoryIdleTimeoutSec', 'type', 'udpIdleTimeoutSec'],
] as const;

const ALLOCATE = ['AUTO_ONLY', 'MANUAL_ONLY'];
const RANGES = [
  'ALL_SUBNETWORKS_ALL_IP_RANGES',
  'ALL_SUBNETWORKS_ALL_PRIMARY_IP_RANGES',
  'LIST_OF_SUBNETWORKS',
];

/** Kept whatever a request says: the service owns them. */
const OUTPUT_ONLY = ['creationTimestamp', 'id', 'kind', 'region', 'selfLink'];

/**
 * The router after a PATCH: named top-level fields replace the old ones whole, so `nats: []` takes every NAT away.
 * Throws INVALID_ARGUMENT for unknown fields, a changed name or network, and NATs that Compute Engine would refuse.
 */
export function patchedRouter(router: Body, patch: Record<string, unknown>): Body {
  checkRouter(router, patch);
  const change = Object.entries(patch as Body).filter(([name]) => !OUTPUT_ONLY.includes(name));
  return { ...router, ...Object.fromEntries(change) };
}

/** The router after an update (PUT): what the request leaves out is gone, except what never changes. */
export function replacedRouter(router: Body, request: Record<string, unknown>): Body {
  const kept = Object.entries(router).filter(([name]) => [...OUTPUT_ONLY, 'name', 'network'].includes(name));
  return patchedRouter(Object.fromEntries(kept), request);
}

function checkRouter(router: Body, request: Record<string, unknown>): void {
  onlyKnown(request, ROUTER_FIELDS);
  for (const field of ['name', 'network']) {
    const value = stringField(request, field);
    if (value !== undefined && tail(value) !== tail(stringField(router, field) ?? '')) {
      throw invalid(`Invalid value for field 'resource.${field}': '${value}'. It cannot be changed.`);
    }
  }
  const names = new Set<string>();
  for (const nat of listField(request, 'nats')) {
    if (!isObject(nat)) throw invalid("Invalid value at 'nats': want a list of objects.");
    const name = checkedNat(nat);
    if (names.has(name))
      throw invalid(`Invalid value for field 'resource.nats': '${name}' stands there twice.`);
    names.add(name);
  }
}

/** The NAT's name, once its fields are known to be right. */
function checkedNat(nat: Body): string {
  onlyKnown(nat, NAT_FIELDS, 'nats');
  const name = stringField(nat, 'name');
  if (!name) throw invalid("Invalid value for field 'resource.nats.name': it is required.");
  oneOf(nat, 'natIpAllocateOption', ALLOCATE);
  oneOf(nat, 'sourceSubnetworkIpRangesToNat', RANGES);
  return name;
}

function oneOf(nat: Body, field: string, allowed: string[]): void {
  const value = stringField(nat, field);
  if (value === undefined || allowed.includes(value)) return;
  throw invalid(
    `Invalid value for field 'resource.nats.${field}': '${value}'. Want one of ${allowed.join(', ')}.`,
  );
}

const tail = (reference: string): string => reference.slice(reference.lastIndexOf('/') + 1);
