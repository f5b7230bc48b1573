/** What the commands that give orders share: checked words, known tenants, and the directive they make of them. */
import { randomBytes } from 'node:crypto';
import { nearest } from '../../desired-state/nearest.ts';
import { FLEET, type Directive, type DirectiveKind, type Store } from '../../desired-state/store.ts';
import type { Json } from '../model.ts';
import { UsageError, notFound, type CliError } from './failure.ts';
import { tenantName } from './records.ts';

/** Enough to say why, short enough to read in a list. */
const LONGEST_REASON = 500;

/** Throws UsageError when nothing is said, or more than anybody reads. */
export function reasonOf(given: string): string {
  const reason = given.trim();
  if (reason === '') throw new UsageError('--reason is empty; say why, for whoever finds this at night');
  if (reason.length > LONGEST_REASON) {
    throw new UsageError(
      `--reason has ${reason.length} characters; say it in ${LONGEST_REASON}, and link to the rest`,
    );
  }
  return reason;
}

/** Throws NotFound, with the nearest name that is known. */
export async function mustKnow(store: Store, name: string): Promise<void> {
  if ((await store.getTenant(name)) === undefined) throw await unknownTenant(store, name);
}

/** NotFound, with the nearest name that is known. */
export async function unknownTenant(store: Pick<Store, 'listTenants'>, name: string): Promise<CliError> {
  const names: string[] = [];
  for await (const stored of store.listTenants()) names.push(stored.name);
  return notFound('tenant', name, nearest(name, names));
}

/** The tenants that are named, or the fleet; naming none takes `--all`, since empty must not mean everything. */
export function targetsOf(given: readonly string[], all: boolean): readonly string[] {
  if (all && given.length > 0) throw new UsageError('both --all and tenants are given; say one of the two');
  if (!all && given.length === 0) throw new UsageError('name a tenant, or say --all for the whole fleet');
  return all ? [FLEET] : [...new Set(given.map(tenantName))];
}

/** `tenant/acme`, or `the fleet`. */
export const subjectOf = (name: string): string => (name === FLEET ? 'the fleet' : `tenant/${name}`);

/** `pause-1a2b3c4d`: people copy it. */
export const newId = (kind: DirectiveKind): string => `${kind}-${randomBytes(4).toString('hex')}`;

export interface NewDirective {
  readonly name: string;
  readonly kind: DirectiveKind;
  readonly actor: string;
  readonly reason: string;
  readonly detail: Json;
  readonly now: Date;
  readonly until: string;
}

export const directiveOf = ({ name, kind, actor, reason, detail, now, until }: NewDirective): Directive => ({
  name,
  id: newId(kind),
  kind,
  actor,
  reason,
  detail,
  uses: 0,
  createdAt: now.toISOString(),
  expiresAt: until,
  endedAt: null,
  endedBy: null,
});
