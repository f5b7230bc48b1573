/**
 * What a pass leaves on the directives it went by: that the plan after a pause has been shown, that an exception has
 * matched, that an approval or broken glass was made use of. Each is written once, so a pass that changes nothing
 * writes nothing.
 */
import { FLEET, type Directive, type Store } from '../desired-state/store.ts';
import type { Judged } from './assemble.ts';
import { PASS } from './launch.ts';
import type { Share } from './policy/orders.ts';

/** What is to be left on the directives that judged tenants went by, gathered one tenant at a time. */
export class Marks {
  readonly #by: { readonly whole: boolean; readonly share: Share; readonly now: string };
  readonly #shown = new Map<string, Directive>();
  readonly #unused = new Map<string, Directive>();
  readonly #matched = new Set<string | null>();

  constructor(by: { readonly whole: boolean; readonly share: Share; readonly now: string }) {
    this.#by = by;
  }

  see({ case: item, findings, orders, readings }: Judged): void {
    const { whole, share, now } = this.#by;
    const wasSeen = item.active === undefined && readings.length > 0;
    for (const { id, fleet } of orders.unplanned) {
      const ofFleet = fleet && whole;
      if (!ofFleet && !wasSeen) continue;
      const name = ofFleet ? FLEET : item.stored.name;
      const reason = 'a pass has shown what would be done';
      this.#shown.set(`${name} ${id}`, resumeOf(name, id, { share, now, by: PASS, reason }));
    }
    for (const each of orders.exceptions) {
      if (each.uses === 0) this.#unused.set(`${each.name} ${each.id}`, each);
    }
    for (const { excepted } of findings) this.#matched.add(excepted);
  }

  /** After the run was saved: a plan that nobody can read has not been shown. */
  async leave(store: Store): Promise<void> {
    for (const directive of this.#shown.values()) await store.issueDirective(directive);
    for (const { name, id } of this.#unused.values()) {
      if (this.#matched.has(id)) await store.useDirective(name, id, { wanted: 1, most: 1 });
    }
  }
}

export interface ResumeFor {
  readonly share: Share;
  readonly now: string;
  readonly by: string;
  readonly reason: string;
}

/** Says that the plan after this pause has been shown, to whom it may concern. */
export const resumeOf = (name: string, pause: string, { share, now, by, reason }: ResumeFor): Directive => ({
  name,
  id: `${pause}-${share.index}-${share.count}`,
  kind: 'resume',
  actor: by,
  reason,
  detail: { pause, share: [share.index, share.count] },
  uses: 0,
  createdAt: now,
  // It tells of something that has happened, which does not pass.
  expiresAt: now,
  endedAt: null,
  endedBy: null,
});

/**
 * After the launch: an approval must not be lost to one that never was. A pass that dies in between leaves the tenant
 * in flight, and whatever is planned after that is approved only if it is the same again.
 */
export async function markLaunched(
  store: Store,
  { case: item, approval, brokenGlass, adoption }: Judged,
): Promise<void> {
  const most = Number.MAX_SAFE_INTEGER;
  if (adoption !== null) await store.useDirective(adoption.name, adoption.id, { wanted: 1, most });
  if (approval !== null) await store.useDirective(approval.name, approval.id, { wanted: 1, most: 1 });
  if (brokenGlass === null) return;
  await store.useDirective(item.stored.name, brokenGlass.id, { wanted: 1, most });
}
