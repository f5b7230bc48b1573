/** Which IPv4 ranges of a VPC are taken: by subnetworks, and by ranges reserved for services that peer with it. */
import type { Cloud } from '../../core/cloud.ts';
import type { Body, Resource } from '../../core/store.ts';
import { isBody } from '../mapping.ts';
import { text } from '../values.ts';

export const SUBNETWORK = 'compute.googleapis.com/Subnetwork';
export const GLOBAL_ADDRESS = 'compute.googleapis.com/GlobalAddress';

export interface TakenRange {
  /** CIDR form. */
  readonly range: string;
  /** The subnetwork or global address it belongs to. */
  readonly owner: Resource;
}

/** The ranges of `network` (`projects/P/global/networks/N`), except those of the resource stored as `except`. */
export function takenRanges(cloud: Cloud, network: string, except: string): TakenRange[] {
  return [SUBNETWORK, GLOBAL_ADDRESS]
    .flatMap((assetType) => cloud.resources.list({ assetType }))
    .filter((owner) => owner.name !== except && text(owner.body['network']).endsWith(`/${network}`))
    .flatMap((owner) => rangesOf(owner).map((range) => ({ range, owner })));
}

function rangesOf({ assetType, body }: Resource): string[] {
  if (assetType === GLOBAL_ADDRESS) return [addressRange(body)];
  const secondary = Array.isArray(body['secondaryIpRanges']) ? body['secondaryIpRanges'].filter(isBody) : [];
  return [body, ...secondary].map((part) => text(part['ipCidrRange'])).filter((range) => range !== '');
}

/** The CIDR form of a global address; one without a prefix length is a single address. */
export const addressRange = (body: Body): string =>
  `${text(body['address'])}/${typeof body['prefixLength'] === 'number' ? body['prefixLength'] : 32}`;
