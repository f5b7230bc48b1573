/**
 * One finding on many tenants is one thing to understand: findings that are equal but for the tenant's own name, put
 * together and ranked by how far they reach and how long they have been there.
 */
import { findingKey, type Finding, type Json, type RunReport, type TenantReport } from '../model.ts';
import { CLASSES } from './words.ts';

interface Member {
  readonly tenant: TenantReport;
  readonly finding: Finding;
}

export interface Cause {
  /** Stays the same from report to report, whichever tenants have it. */
  readonly key: string;
  /** As it reads for all of them: the tenant's own name is `{tenant}` where there are several. */
  readonly finding: Finding;
  /** In the order of the report; never empty. */
  readonly members: readonly Member[];
  /** How many tenants have it. */
  readonly reach: number;
  /** When a pass first saw it anywhere (RFC 3339). */
  readonly since: string;
}

/** What stands for a tenant's own name in what many have in common. */
export const ANY_TENANT = '{tenant}';

/** What is accepted comes last; before it most tenants first, then the oldest, then in the order of classes; the same report gives the same order. */
export function causesOf({ tenants }: Pick<RunReport, 'tenants'>): Cause[] {
  const groups = new Map<string, Member[]>();
  for (const tenant of tenants) {
    const general = generalize(tenant.name);
    for (const finding of tenant.findings) {
      const key = causeKey(finding, general);
      const group = groups.get(key);
      if (group) group.push({ tenant, finding });
      else groups.set(key, [{ tenant, finding }]);
    }
  }
  return [...groups].flatMap(([key, members]) => causeOf(key, members)).sort(byRank);
}

function causeOf(key: string, members: readonly Member[]): Cause[] {
  const [first] = members;
  if (first === undefined) return [];
  const reach = new Set(members.map(({ tenant }) => tenant.name)).size;
  const since = members.map(({ finding }) => finding.since).reduce((a, b) => (b < a ? b : a));
  const general = reach === 1 ? (text: string) => text : generalize(first.tenant.name);
  const { finding } = first;
  return [
    {
      key,
      members,
      reach,
      since,
      finding: {
        ...finding,
        resource: general(finding.resource),
        field: finding.field === null ? null : general(finding.field),
        want: generalValue(finding.want, general),
        have: generalValue(finding.have, general),
        message: general(finding.message),
      },
    },
  ];
}

function byRank(one: Cause, other: Cause): number {
  const accepted = Number(one.finding.excepted !== null) - Number(other.finding.excepted !== null);
  if (accepted !== 0) return accepted;
  if (one.reach !== other.reach) return other.reach - one.reach;
  if (one.since !== other.since) return one.since < other.since ? -1 : 1;
  const [a, b] = [CLASSES.indexOf(one.finding.class), CLASSES.indexOf(other.finding.class)];
  if (a !== b) return a - b;
  return one.key < other.key ? -1 : 1;
}

type General = (text: string) => string;

/** Only whole words: the tenant `a` is not in `data`. */
function generalize(name: string): General {
  const escaped = name.replace(/[^A-Za-z0-9]/g, (character) => `\\${character}`);
  const pattern = new RegExp(`(?<![A-Za-z0-9])${escaped}(?![A-Za-z0-9])`, 'g');
  return (text) => (text.includes(name) ? text.replace(pattern, ANY_TENANT) : text);
}

const generalValue = (value: Json, general: General): Json =>
  value === null || typeof value === 'boolean' || typeof value === 'number'
    ? value
    : (JSON.parse(JSON.stringify(value), (_key, item: Json) =>
        typeof item === 'string' ? general(item) : item,
      ) as Json);

/**
 * Equal are: class, place, want and have. Two different values of one field are two causes. Of what nobody could read,
 * or what is ill, the values say nothing, so the words do, without addresses: those differ from cluster to cluster.
 */
function causeKey(finding: Finding, general: General): string {
  const { class: kind, plane, want, have, message, excepted } = finding;
  const words = kind === 'unreadable' || kind === 'unhealthy' ? general(message).replace(ADDRESS, '') : '';
  const sides = `${general(JSON.stringify(want))} ${general(JSON.stringify(have))}`;
  return [plane, general(findingKey(finding)), sides, words, excepted === null ? '' : 'excepted'].join(' ');
}

const ADDRESS = /\b[a-z]+:\/\/[^\s,;]+|\b\d{1,3}(\.\d{1,3}){3}(:\d+)?\b/g;

/** `provision launched on 12, held: approval on 3`; without the numbers where all share one. */
export function sharedNext(nexts: readonly { readonly short: string; readonly at: string | null }[]): string {
  const groups = Map.groupBy(nexts, ({ short }) => short);
  return [...groups]
    .sort(([, one], [, other]) => other.length - one.length)
    .map(([short, group]) => {
      const at = group.flatMap((next) => next.at ?? []).sort()[0];
      const count = groups.size === 1 ? '' : ` on ${group.length}`;
      return `${short}${count}${at === undefined ? '' : ` (next allowed ${at})`}`;
    })
    .join(', ');
}

/** The first names and how many more there are. */
export function namesOf(names: readonly string[], most: number): string {
  const more = names.length - most;
  return names.slice(0, most).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
