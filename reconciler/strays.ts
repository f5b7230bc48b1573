/**
 * Firewall rules in a tenant's network that nobody declared. The network is the record's as a whole, so each one is a
 * finding; whoever added it may need it, so it is only reported.
 */
import pLimit from 'p-limit';
import type { FindingEntry } from '../desired-state/store.ts';
import type { Stray, Survey } from './coverage.ts';
import { listAt, textAt } from './json.ts';
import { findingKey, UNKNOWN_PAST, type Finding, type Json } from './model.ts';
import type { DirectReads } from './ports.ts';
import { pathOf, tail } from './resources/kind.ts';

const KIND = 'firewall';
const READS_AT_ONCE = 4;

/** A stray as its own API shows it, or why nobody could ask. */
export interface SeenStray extends Stray {
  readonly source: string;
  /** When it was seen (RFC 3339). */
  readonly at: string;
  /** Why the API could not be asked; then the inventory's word stands, because nothing is ever done about it. */
  readonly doubt: string | null;
}

/**
 * The tenant's strays, each asked of its owning API: the inventory may be late, and what is gone is no finding. `until`:
 * how long a call may wait for its turn (milliseconds since 1970); throws CloudError `spent` beyond.
 */
export const confirmStrays = (
  reads: DirectReads,
  survey: Survey,
  tenant: string,
  until: number,
): Promise<SeenStray[]> =>
  seeEach(reads, survey.straysOf(tenant), { until, onGone: (stray) => survey.forget(tenant, stray) });

/** Where no sweep has shown the project: the strays that earlier passes have told of, each asked of its owning API. */
export const confirmKnown = (
  reads: DirectReads,
  project: string,
  known: ReadonlyMap<string, FindingEntry>,
  until: number,
): Promise<SeenStray[]> =>
  seeEach(
    reads,
    [...known.keys()]
      .filter((key) => key.startsWith(`extra:${KIND}/`))
      .map((key) => ({ name: nameOf(project, key.slice('extra:'.length)), data: null })),
    { until, onGone: () => undefined },
  );

async function seeEach(
  reads: DirectReads,
  strays: readonly Stray[],
  { until, onGone }: { readonly until: number; readonly onGone: (stray: Stray) => void },
): Promise<SeenStray[]> {
  const limit = pLimit(READS_AT_ONCE);
  const seen = await Promise.all(
    strays.map((stray) =>
      limit(async (): Promise<SeenStray[]> => {
        const ref = { service: 'compute', path: `/compute/v1/${pathOf(stray.name)}` } as const;
        const reading = await reads.get(ref, until);
        const { at, source } = reading;
        if (reading.state === 'present') return [{ ...stray, data: reading.value, source, at, doubt: null }];
        if (reading.state === 'unreadable')
          return [{ ...stray, source: 'cloudasset', at, doubt: reading.reason }];
        onGone(stray);
        return [];
      }),
    ),
  );
  return seen.flat();
}

/** One finding per stray, in the order they were seen. */
export function strayFindings(
  tenant: string,
  strays: readonly SeenStray[],
  known: ReadonlyMap<string, FindingEntry>,
  now: string,
): Finding[] {
  return strays.map(({ name, data, source, at, doubt }) => {
    const draft = { class: 'extra', resource: `${KIND}/${tail(name) ?? name}`, field: null } as const;
    const before = known.get(findingKey(draft));
    const what = (data === null ? textAt(before?.detail ?? null, 'have') : null) ?? summaryOf(data);
    return {
      ...draft,
      ...UNKNOWN_PAST,
      tenant,
      plane: 'gcp',
      kind: KIND,
      want: 'absent',
      have: what,
      from: null,
      risk: 'in-place',
      message: `nobody declared it in the tenant's network: ${what}${
        doubt === null ? '' : ` (the inventory shows it; it could not be asked for: ${doubt})`
      }`,
      source,
      at,
      since: before?.firstSeen ?? now,
    };
  });
}

/** The full name behind a stray's finding; null for a finding about anything else. */
export const strayName = (project: string, { kind, resource }: Finding): string | null =>
  kind === KIND ? nameOf(project, resource) : null;

const nameOf = (project: string, resource: string): string =>
  `compute.googleapis.com/projects/${project}/global/firewalls/${resource.slice(KIND.length + 1)}`;

/** `INGRESS from 0.0.0.0/0 allows tcp:22`. */
function summaryOf(data: Json): string {
  const direction = textAt(data, 'direction') ?? 'INGRESS';
  const ends = ['sourceRanges', 'sourceTags', 'sourceServiceAccounts', 'destinationRanges'].flatMap((field) =>
    listAt(data, field).map(String),
  );
  const where = ends.length === 0 ? 'anywhere' : ends.slice(0, 5).join(', ') + (ends.length > 5 ? ', …' : '');
  const verbs = (['allowed', 'denied'] as const).flatMap((field) => {
    const what = listAt(data, field).map(protocolText);
    return what.length === 0 ? [] : [`${field === 'allowed' ? 'allows' : 'denies'} ${what.join(', ')}`];
  });
  return `${direction} ${direction === 'EGRESS' ? 'to' : 'from'} ${where} ${verbs.join(' and ') || 'without a rule'}`;
}

function protocolText(rule: Json): string {
  const ports = listAt(rule, 'ports').map(String);
  return `${textAt(rule, 'IPProtocol') ?? 'all'}${ports.length === 0 ? '' : `:${ports.join('+')}`}`;
}
