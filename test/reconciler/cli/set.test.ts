import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXAMPLES, command, inFolder, type Ended, type RunOptions } from './run.ts';

const OPTIONS = { env: { PLUMBLINE_STORE: 'embedded', PLUMBLINE_AS: 'ops@example.com' } };

type Run = (args: readonly string[], more?: RunOptions) => Promise<Ended>;

/** The three examples in a store; acme alone is gold. */
async function withFleet(use: (run: Run) => Promise<void>): Promise<void> {
  await inFolder(async (cwd) => {
    const run: Run = (args, more) => command(args, { ...OPTIONS, cwd, ...more });
    await run(['apply', '-f', EXAMPLES]);
    await use(run);
  });
}

const text = async (run: Run, name: string) => (await run(['get', 'tenant', name, '-o', 'yaml'])).stdout;

describe('plumb set', () => {
  it('changes one line of one record, and keeps its comment', async () => {
    await withFleet(async (run) => {
      const before = (await text(run, 'acme')).split('\n');
      const done = await run(['set', 'acme', 'spec.cluster.nodePools[gpu].min=1', '--reason', 'a sale']);
      expect([done.code, done.stdout]).toEqual([0, 'tenant/acme configured\n']);
      expect(done.stderr).toContain('~ spec.cluster.nodePools[gpu].min: 0 → 1');
      const after = (await text(run, 'acme')).split('\n');
      const changed = after.filter(
        (line, index) => line !== before[index] && !/^ {2}(gen|etag|upd)/.test(line),
      );
      expect(changed).toEqual(['        min: 1 # no GPU is paid for until a pod asks for one']);
    });
  });

  it('changes all tenants of a label after one yes, and none of the others', async () => {
    await withFleet(async (run) => {
      const args = ['set', '-l', 'tier=gold', 'spec.network.nat.minPortsPerVm=512'];
      expect((await run([...args, '--dry-run'])).stdout).toBe('');
      expect((await run(args, { answers: ['n'] })).stdout).toBe('');
      expect((await run(args, { answers: ['y'] })).stdout).toBe('tenant/acme configured\n');
      expect(await text(run, 'acme')).toContain('minPortsPerVm: 512');
      expect(await text(run, 'globex')).not.toContain('minPortsPerVm: 512');
    });
  });

  it('stores nothing when one of several records would be wrong, and says every problem', async () => {
    await withFleet(async (run) => {
      const done = await run(['set', 'acme', 'globex', 'spec.cluster.nodePools[cpu].max=0']);
      expect([done.code, done.stdout]).toEqual([1, '']);
      expect(done.stderr).toMatch(
        /tenant\/acme:\d+:\d+: spec\.cluster\.nodePools\[cpu\]\.max is the number 0/,
      );
      expect(done.stderr).toMatch(/tenant\/globex:\d+:\d+: /);
      expect((await run(['history', 'acme'])).stdout).not.toContain('generation 2');
    });
  });

  it.each([
    [['set', 'acme'], 2, 'say what to set'],
    [['set', 'spec.region=us-east1'], 2, 'say which tenants: -l tier=gold, or --all'],
    [['set', 'acme', '-l', 'tier=gold', 'spec.region=us-east1'], 2, 'say one of the two'],
    [['set', 'acme', 'spec.regoin=us-east1'], 2, 'did you mean region?'],
    [['set', 'acne', 'spec.region=us-east1'], 1, 'did you mean "acme"?'],
    [['set', '-l', 'tier=tin', 'spec.region=us-east1'], 1, 'no tenant has the labels tier=tin'],
    [['set', 'acme', 'spec.cluster.nodePools[gp].max=3'], 1, 'did you mean gpu?'],
    [['set', 'acme', 'metadata.name=other'], 1, 'a tenant keeps its name'],
  ])('refuses %j', async (args, code, why) => {
    await withFleet(async (run) => {
      const done = await run(args);
      expect([done.code, done.stdout]).toEqual([code, '']);
      expect(done.stderr).toContain(why);
    });
  });
});

describe('plumb label', () => {
  it('sets and takes away labels, without a new generation', async () => {
    await withFleet(async (run) => {
      const done = await run(['label', 'acme', 'tier=silver', 'wave=1', 'stage-']);
      expect(done.stdout).toBe('tenant/acme configured\n');
      expect(await text(run, 'acme')).toMatch(
        /\n {2}labels:\n {4}tier: silver\n {4}wave: '1'\n {2}generation: 1\n/,
      );
    });
  });

  it('refuses a label that cannot be one', async () => {
    await withFleet(async (run) => {
      const done = await run(['label', 'acme', 'Tier=gold']);
      expect(done.code).toBe(1);
      expect(done.stderr).toContain('metadata.labels.Tier is not a key that can be used here');
    });
  });
});

describe('plumb history and restore', () => {
  it('tell who changed what, when and why, newest first', async () => {
    await withFleet(async (run) => {
      await run(['set', 'acme', 'spec.cluster.nodePools[gpu].max=4', '--reason', 'a sale']);
      await run(['--as', 'ann@example.com', 'label', 'acme', 'wave=2']);
      const { stdout } = await run(['history', 'acme']);
      expect(stdout.replace(/\d{4}-\S+ \S+Z/g, 'TIME')).toBe(
        [
          'generation 2  TIME  ann@example.com  (revision 3)',
          '    + metadata.labels.wave: "2"',
          'generation 2  TIME  ops@example.com  (revision 2)',
          '  a sale',
          '    ~ spec.cluster.nodePools[gpu].max: 2 → 4',
          'generation 1  TIME  ops@example.com  (revision 1)',
          '    the first one',
          '',
        ].join('\n'),
      );
      const json = JSON.parse(
        (await run(['history', 'acme', '--limit', '1', '-o', 'json'])).stdout,
      ) as unknown;
      expect(json).toMatchObject([{ revision: 3, changes: [{ path: 'metadata.labels.wave', after: '2' }] }]);
    });
  });

  it('bring back a generation with its comments as a new one', async () => {
    await withFleet(async (run) => {
      await run(['set', 'acme', 'spec.cluster.nodePools[gpu].max=4']);
      const done = await run(['restore', 'acme', '--generation', '1'], { answers: ['y'] });
      expect(done.stdout).toBe('tenant/acme configured\n');
      expect(done.stderr).toContain('~ spec.cluster.nodePools[gpu].max: 4 → 2');
      const restored = await text(run, 'acme');
      expect(restored).toContain('  generation: 3\n');
      for (const line of readFileSync(join(EXAMPLES, 'acme.yaml'), 'utf8').split('\n')) {
        expect(restored).toContain(line);
      }
      expect((await run(['history', 'acme', '--limit', '1'])).stdout).toContain(
        '  restored from generation 1\n',
      );
      expect((await run(['restore', 'acme', '--generation', '3'])).stdout).toBe('tenant/acme unchanged\n');
    });
  });

  it('refuse a generation that never was, and a tenant nobody knows', async () => {
    await withFleet(async (run) => {
      const never = await run(['restore', 'acme', '--generation', '7']);
      expect([never.code, never.stderr]).toEqual([
        1,
        expect.stringContaining('tenant/acme never had a generation 7; it is at 1'),
      ]);
      expect((await run(['history', 'acne'])).stderr).toContain('did you mean "acme"?');
    });
  });
});
