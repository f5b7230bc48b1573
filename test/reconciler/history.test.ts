import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONTEST, lastLookAt, SOMEBODY } from '../../reconciler/history.ts';
import type { Attribution } from '../../reconciler/model.ts';
import { absent, asWanted, unreadable } from '../support/have.ts';
import { DAY, MINUTE, Passes } from '../support/passes.ts';

const LABEL = ['deployment/web', 'metadata.labels[app.kubernetes.io/name]', 'theirs'] as const;
const KEY = `changed:${LABEL[0]}:${LABEL[1]}`;

const by = (who: string, ownRun: string | null = null): Attribution => ({
  found: true,
  who,
  when: '2026-03-01T00:00:00Z',
  how: 'Update',
  from: 'managed-fields',
  confidence: 'high',
  ownRun,
});

let passes: Passes;
beforeEach(async () => {
  passes = await Passes.open();
});
afterEach(() => passes.close());

/** A pass that finds the label rewritten. */
async function rewritten(options: Parameters<Passes['pass']>[0] = {}) {
  passes.rewrite(...LABEL);
  const result = await passes.pass(options);
  const [finding] = result.report.findings;
  if (finding === undefined) throw new Error('nothing was found');
  return { ...result, finding };
}

async function untilContested(): Promise<void> {
  for (let correction = 0; correction < CONTEST.corrections; correction += 1) {
    expect((await rewritten()).launched).not.toBeNull();
    await passes.end();
  }
}

describe('a controller that rewrites a label', () => {
  it.each([
    ['before any pass has seen it right', false],
    ['after a pass has seen it right', true],
  ])('%s is corrected exactly three times, and then contested', async (_when, seenRight) => {
    const launched: (string | null)[] = [];
    for (let round = 0; round < 12; round += 1) {
      const found = await rewritten();
      launched.push(found.launched);
      if (found.launched !== null) await passes.end();
      if (seenRight && found.launched !== null) expect((await passes.pass()).report.findings).toEqual([]);
    }
    expect(launched.filter((each) => each !== null)).toHaveLength(CONTEST.corrections);
    expect(launched.slice(CONTEST.corrections).every((each) => each === null)).toBe(true);
    const { finding, report } = await rewritten();
    expect(finding).toMatchObject({ class: 'changed', contested: { opponent: SOMEBODY, times: 3 } });
    expect(report.held).toMatchObject([{ reason: 'contested', flow: null, because: [KEY] }]);
    expect(report.verdict).toBe('drift');
  });

  it('is not corrected more often than that within any week, whenever it rewrites', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ waits: fc.integer({ min: 0, max: 4 * DAY }), rewrites: fc.boolean() }), {
          minLength: 5,
          maxLength: 25,
        }),
        async (turns) => {
          const world = await Passes.open();
          const corrected: number[] = [];
          for (const { waits, rewrites } of turns) {
            world.wait(waits);
            if (rewrites) world.rewrite(...LABEL);
            const { launched, report } = await world.pass();
            if (launched === null) {
              expect(report.findings.every(({ contested }) => contested !== null)).toBe(true);
              continue;
            }
            corrected.push(Date.parse(world.now));
            await world.end();
          }
          await world.close();
          for (const [at, time] of corrected.entries()) {
            const fourth = corrected[at + CONTEST.corrections];
            if (fourth !== undefined) expect(fourth - time).toBeGreaterThan(CONTEST.windowMs);
          }
        },
      ),
      { numRuns: 40 },
    );
  });

  it('leaves everything else to be put right', async () => {
    await untilContested();
    passes.rewrite(...LABEL);
    passes.rewrite('deployment/web', 'containers[web].image', 'nginx');
    const { report, launched } = await passes.pass();
    expect(launched).not.toBeNull();
    expect(report.actions).toMatchObject([
      { flow: 'redeploy', because: ['changed:deployment/web:containers[web].image'] },
    ]);
    expect(report.held).toMatchObject([{ reason: 'contested', because: [KEY] }]);
  });

  it('is named as the logs last named the writer, never as a run of our own', async () => {
    for (const who of ['argocd', 'argocd', 'flux']) {
      await rewritten({ attribution: by(who) });
      await passes.end();
    }
    expect((await rewritten()).finding.contested?.opponent).toBe('flux');
    const own = await rewritten({ attribution: by('plumbline', 'acme-g1-redeploy-3') });
    expect(own.finding.contested?.opponent).toBe('flux');
    expect((await rewritten({ attribution: by('kustomize') })).finding.contested?.opponent).toBe('kustomize');
    expect((await rewritten()).finding.contested?.opponent).toBe('kustomize');
  });
});

describe('a contest', () => {
  it('goes on for as long as the difference stands, however long that is', async () => {
    await untilContested();
    for (let day = 0; day < 20; day += 1) {
      const { finding, launched } = await rewritten();
      expect(launched).toBeNull();
      expect(finding.contested).not.toBeNull();
      passes.wait(DAY);
    }
  });

  it('goes on when the difference is back within the window', async () => {
    await untilContested();
    expect((await rewritten()).finding.contested).not.toBeNull();
    passes.have = asWanted(passes.wants);
    await passes.pass();
    passes.wait(CONTEST.windowMs - DAY);
    const { finding, launched } = await rewritten();
    expect([finding.contested !== null, launched]).toEqual([true, null]);
  });

  it('is over when the difference stayed away for the window', async () => {
    await untilContested();
    await rewritten();
    passes.have = asWanted(passes.wants);
    await passes.pass();
    passes.wait(CONTEST.windowMs + MINUTE);
    const { finding, launched } = await rewritten();
    expect(finding).toMatchObject({ contested: null, corrected: 0 });
    expect(launched).not.toBeNull();
  });

  it('is over when a person lets it be corrected; then the count begins anew', async () => {
    await untilContested();
    const approved = await rewritten({ approved: true });
    expect(approved.record.history).toMatchObject([{ key: KEY, contested: null }]);
    await passes.end();
    for (let more = 1; more < CONTEST.corrections; more += 1) {
      expect(await rewritten()).toMatchObject({ finding: { corrected: more, contested: null } });
      await passes.end();
    }
    expect((await rewritten()).finding.contested).not.toBeNull();
  });
});

describe('what counts as a correction', () => {
  it('is a run that succeeded, once', async () => {
    await rewritten();
    await passes.end();
    await passes.pass();
    await passes.pass();
    expect((await rewritten()).finding.corrected).toBe(1);
  });

  it('is not a run that failed and left it as it was', async () => {
    await rewritten();
    await passes.end('FAILED');
    expect((await rewritten()).finding.corrected).toBe(0);
  });

  it('is a run that failed late, when it is gone', async () => {
    await rewritten();
    passes.have = asWanted(passes.wants);
    await passes.end('FAILED');
    await passes.pass();
    expect((await rewritten()).finding.corrected).toBe(1);
  });

  it('is not one that never was, nor one that still runs', async () => {
    await rewritten();
    expect((await rewritten()).finding.corrected).toBe(0);
    await passes.end('SUPERSEDED');
    expect((await rewritten()).finding.corrected).toBe(0);
  });

  it('is not known while the resource cannot be read, and is known afterwards', async () => {
    await rewritten();
    await passes.end();
    passes.have = new Map(passes.have).set(LABEL[0], unreadable());
    await passes.pass();
    passes.have = asWanted(passes.wants);
    expect((await rewritten()).finding.corrected).toBe(1);
  });

  it('is never an addition or an ill workload: nothing corrects them', async () => {
    passes.rewrite('deployment/web', 'containers[web].env[DEBUG]', '1');
    passes.rewrite('endpoint/web', 'healthy', false);
    const { record } = await passes.pass();
    expect(record.history).toEqual([]);
  });
});

describe('the last time it was right', () => {
  it('is the last look before it came', async () => {
    await passes.pass();
    const clean = Date.parse(passes.now);
    const { finding } = await rewritten();
    expect(Date.parse(finding.lastClean!)).toBe(clean);
    expect(finding.since).toBe(passes.now);
  });

  it('stays what it was while it is there', async () => {
    await passes.pass();
    const clean = Date.parse(passes.now);
    passes.have = new Map(passes.have).set('nat/acme-nat', absent());
    for (let pass = 0; pass < 3; pass += 1) {
      const { report } = await passes.pass();
      expect(report.findings.map(({ lastClean }) => Date.parse(lastClean!))).toEqual([clean]);
      await passes.end('FAILED');
    }
  });

  it('is unknown at the first look', async () => {
    expect((await rewritten()).finding.lastClean).toBeNull();
  });

  it('is not a look that could not see it', async () => {
    await passes.pass();
    passes.have = new Map(passes.have).set(LABEL[0], unreadable());
    await passes.pass();
    passes.have = asWanted(passes.wants);
    expect((await rewritten()).finding.lastClean).toBeNull();
  });

  it('is asked of the newest look that was at this tenant', () => {
    const look = (at: string, only: string[] | null, except: string[] = []) => ({
      at,
      shard: { index: 0, count: 1 },
      only,
      except,
    });
    const looks = [look('3', ['globex']), look('2', null, ['acme']), look('1', null)];
    expect(lastLookAt(looks, 'globex')).toBe('3');
    expect(lastLookAt(looks, 'acme')).toBe('1');
    expect(lastLookAt(looks, 'initech')).toBe('2');
    expect(lastLookAt([{ ...look('1', null), shard: { index: 5, count: 4 } }], 'acme')).toBeNull();
  });
});

describe('a pass that changes nothing', () => {
  it('writes no history: not in a quiet world, not beside what stands', async () => {
    expect((await passes.pass()).record.history).toEqual([]);
    await untilContested();
    await rewritten();
    for (let pass = 0; pass < 3; pass += 1) {
      passes.wait(DAY);
      expect((await rewritten()).record.history).toEqual([]);
    }
  });
});
