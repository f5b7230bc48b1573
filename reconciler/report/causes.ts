/**
 * One finding on many tenants is one thing to understand: findings that are equal but for the tenant's own name, put
 * together and ranked by how far they reach and how long they have been there.
 */
import { findingKey, type Finding, type Json, type RunReport, type TenantReport } from '../model.ts';
import { CLASSES, isPending, isUnmade } from './words.ts';

interface Member {
  readonly tenant: TenantReport;
  readonly finding: Finding;
}

export interface Cause {
  /** Stays the same from report to report, whichever tenants have it. */
  readonly key: string;
  /** The same with the values left aside: causes of one place differ in those alone. */
  readonly place: string;
  /** What was asked for and nobody applied yet; never told among drift. */
  readonly pending: boolean;
  /** As it reads for all of them: the tenant's own name is `{tenant}` where there are several. */
  readonly finding: Finding;
  /** In the order of the report; never empty. */
  readonly members: readonly Member[];
  /** How many tenants have it. */
  readonly reach: number;
  /** When a pass first saw it anywhere (RFC 3339). */
  readonly since: string;
}

/** From so many tenants on, a cause is told once for all of them. */
export const SHARED_FROM = 3;

/** From so many causes on that differ in their values alone, they are told together. */
export const FOLDED_FROM = 5;

/** What stands for a tenant's own name in what many have in common. */
export const ANY_TENANT = '{tenant}';

/** What is accepted comes last; before it most tenants first, then the oldest, then in the order of classes; the same report gives the same order. */
export function causesOf({ tenants }: Pick<RunReport, 'tenants'>): Cause[] {
  const groups = new Map<string, Group>();
  for (const tenant of tenants) {
    const general = generalize(tenant.name);
    for (const finding of tenant.findings) {
      const about = general(findingKey(finding));
      const unmade = isUnmade(tenant, finding) ? UNMADE : '';
      const place = [finding.plane, about, acceptance(finding)].join(' ') + unmade;
      const key = causeKey(about, finding, general) + unmade;
      const pending = isPending(tenant, finding);
      const group = groups.get(key) ?? { place, pending, members: [] };
      groups.set(key, group);
      group.members.push({ tenant, finding });
    }
  }
  return [...groups]
    .flatMap(([key, group]) => causeOf(key, group))
    .sort((one, other) => byRank(one, other) || (one.key < other.key ? -1 : 1));
}

interface Group extends Pick<Cause, 'place' | 'pending'> {
  readonly members: Member[];
}

/** What one tenant lacks and another never had are two things. */
const UNMADE = ' unmade';

function causeOf(key: string, { place, pending, members }: Group): Cause[] {
  const [first] = members;
  if (first === undefined) return [];
  const reach = new Set(members.map(({ tenant }) => tenant.name)).size;
  const since = members.map(({ finding }) => finding.since).reduce((a, b) => (b < a ? b : a));
  const general = reach === 1 ? (text: string) => text : generalize(first.tenant.name);
  const { finding } = first;
  return [
    {
      key,
      place,
      pending,
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

type Ranked = Pick<Cause, 'finding' | 'reach' | 'since'>;

function byRank(one: Ranked, other: Ranked): number {
  const accepted = Number(one.finding.excepted !== null) - Number(other.finding.excepted !== null);
  if (accepted !== 0) return accepted;
  if (one.reach !== other.reach) return other.reach - one.reach;
  if (one.since !== other.since) return one.since < other.since ? -1 : 1;
  return CLASSES.indexOf(one.finding.class) - CLASSES.indexOf(other.finding.class);
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

const acceptance = ({ excepted }: Finding): string => (excepted === null ? '' : 'excepted');

/**
 * Equal are: class, place, want and have. Two different values of one field are two causes. Of what nobody could read,
 * or what is ill, the values say nothing, so the words do, without addresses: those differ from cluster to cluster.
 */
function causeKey(about: string, finding: Finding, general: General): string {
  const { class: kind, plane, want, have, message } = finding;
  const words = kind === 'unreadable' || kind === 'unhealthy' ? general(message).replace(ADDRESS, '') : '';
  const sides = `${general(JSON.stringify(want))} ${general(JSON.stringify(have))}`;
  return [plane, about, sides, words, acceptance(finding)].join(' ');
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

/** One place that many tenants have something at, each with values of its own. */
export interface Place extends Pick<Cause, 'pending'> {
  /** Of the first of them, for what all share: class, resource, field. */
  readonly finding: Finding;
  /** In the order of their first tenants' names. */
  readonly causes: readonly Cause[];
  /** How many tenants they are on together. */
  readonly reach: number;
  readonly since: string;
}

/**
 * Causes with those folded that differ in their values alone, where there are at least `foldFrom` of a place; a cause
 * of `sharedFrom` tenants or more stands for itself. Ranked as causes are.
 */
export function placesOf(causes: readonly Cause[], foldFrom: number, sharedFrom: number): (Cause | Place)[] {
  const small = Map.groupBy(
    causes.filter(({ reach }) => reach < sharedFrom),
    ({ place }) => place,
  );
  const isFolded = (cause: Cause): boolean =>
    cause.reach < sharedFrom && (small.get(cause.place)?.length ?? 0) >= foldFrom;
  const places = [...small.values()].filter((group) => group.length >= foldFrom).flatMap(placeOf);
  return [...causes.filter((cause) => !isFolded(cause)), ...places].sort(byRank);
}

function placeOf(causes: readonly Cause[]): Place[] {
  const members = causes.flatMap(({ members }) => members);
  const [first] = members;
  if (first === undefined) return [];
  const general = generalize(first.tenant.name);
  const { finding } = first;
  return [
    {
      pending: isPending(first.tenant, finding),
      causes: causes.toSorted((one, other) => (firstName(one) < firstName(other) ? -1 : 1)),
      reach: new Set(members.map(({ tenant }) => tenant.name)).size,
      since: causes.map(({ since }) => since).reduce((a, b) => (b < a ? b : a)),
      finding: {
        ...finding,
        resource: general(finding.resource),
        field: finding.field === null ? null : general(finding.field),
      },
    },
  ];
}

const firstName = ({ members }: Cause): string => members[0]?.tenant.name ?? '';
