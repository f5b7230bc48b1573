/** What platform operators order, as they do: overrides of the breaker, and rollouts. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../../desired-state/open.ts';
import { FLEET, type Store } from '../../../desired-state/store.ts';
import type { Rollout } from '../../../reconciler/fleet-model.ts';
import { SAMPLE } from '../report/sample.ts';
import { newFleet, type Fleet } from '../../support/fleet.ts';
import { command, inFolder, type Ended } from './run.ts';

const WHO = 'ops@example.com';
const SET = 'spec.workload.source.revision=v2';
const START = ['rollout', 'start', 'web-v2', '--set', SET, '--all'];

/** Four tenants that are deployed; the last has silver for its tier. */
let whole: Fleet;
beforeAll(async () => {
  whole = await newFleet();
  for (const name of ['acme', 'globex', 'hooli', 'initech']) {
    await whole.apply(name, (written) => {
      if (name === 'initech') written.metadata.labels = { tier: 'silver' };
    });
    whole.deployed(name);
  }
  await whole.leave();
});
afterAll(() => whole.remove());

interface Place {
  readonly run: (...args: string[]) => Promise<Ended>;
  readonly as: (who: string, ...args: string[]) => Promise<Ended>;
  readonly inStore: <T>(use: (store: Store) => Promise<T>) => Promise<T>;
}

/** A folder with that fleet in its store. */
const inPlace = (use: (place: Place) => Promise<void>, settings = '{}'): Promise<void> =>
  inFolder(async (cwd) => {
    const file = join(cwd, '.plumbline', 'plumbline.db');
    mkdirSync(join(cwd, '.plumbline'));
    copyFileSync(whole.file, file);
    writeFileSync(join(cwd, 'plumbline.yaml'), settings);
    const as = (who: string, ...args: string[]) =>
      command(args, { cwd, env: { PLUMBLINE_STORE: 'embedded', PLUMBLINE_AS: who } });
    await use({
      as,
      run: (...args) => as(WHO, ...args),
      inStore: async (within) => {
        const store = await openStore({ kind: 'embedded', file });
        try {
          return await within(store);
        } finally {
          await store.close();
        }
      },
    });
  });

describe('plumb override', () => {
  it('orders a counted number of launches in somebody’s name, until a time, and lists it', async () => {
    await inPlace(async ({ run, inStore }) => {
      const { code, stdout } = await run(
        'override',
        '--launches',
        '12',
        '--for',
        '2h',
        '--reason',
        'the script stopped',
      );
      expect(code).toBe(0);
      expect(stdout).toMatch(/^override-[0-9a-f]{8}: 12 launches may pass the open breaker until \d{4}-/);
      const [issued] = await inStore((store) => store.listDirectives([FLEET]));
      expect(issued).toMatchObject({
        kind: 'override',
        actor: WHO,
        reason: 'the script stopped',
        detail: { launches: 12, acceptsSize: false },
        uses: 0,
      });
      const length = Date.parse(issued?.expiresAt ?? '') - Date.parse(issued?.createdAt ?? '');
      expect(length).toBe(2 * 60 * 60 * 1000);
      const listed = await run('get', 'overrides');
      expect(listed.stdout).toMatch(/^NAME .*LAUNCHES/);
      expect(listed.stdout).toMatch(
        /override-[0-9a-f]{8} +in force +0\/12 .*ops@example\.com .*the script stopped/,
      );
      const one = await run('get', `override/${issued?.id ?? ''}`, '-o', 'json');
      expect(JSON.parse(one.stdout)).toMatchObject({ id: issued?.id, state: 'in force', launches: 12 });
    });
  });

  it('is for operators only; a refusal is recorded with its reason', async () => {
    await inPlace(async ({ as, inStore }) => {
      const args = ['override', '--launches', '1', '--for', '1h', '--reason', 'x'];
      const { code, stdout, stderr } = await as('eve@example.com', ...args);
      expect([code, stdout]).toEqual([1, '']);
      expect(stderr).toMatch(
        /^error: override refused: eve@example\.com is no platform operator; these are: ops@example\.com/,
      );
      await inStore(async (store) => {
        expect(await store.listDirectives([FLEET])).toEqual([]);
        expect(await store.listRequests(FLEET)).toMatchObject([
          { kind: 'override', requester: 'eve@example.com', state: 'REFUSED' },
        ]);
      });
      expect((await as(WHO, ...args)).code).toBe(0);
    }, `operators: [${WHO}]`);
  });

  it.each([
    [['--for', '1h', '--reason', 'x'], /required option '--launches <number>' not specified/],
    [['--launches', '0', '--for', '1h', '--reason', 'x'], /use a whole number from 1 to 100000/],
    [['--launches', 'all', '--for', '1h', '--reason', 'x'], /use a whole number from 1 to 100000/],
    [['--launches', '5', '--for', '1h'], /required option '--reason <text>' not specified/],
    [['--launches', '5', '--for', '1h', '--reason', ' '], /--reason is empty/],
    [['--launches', '5', '--reason', 'x'], /an override must end: say --for/],
    [['--launches', '5', '--for', '25h', '--reason', 'x'], /an override may last 1d at most/],
    [['--launches', '5', '--until', '2001-01-01T00:00Z', '--reason', 'x'], /has passed/],
    [['--launches', '5', '--until', 'tomorrow', '--reason', 'x'], /use a moment with its offset/],
  ])('says what is wrong with %j and ends with 2', async (args, message) => {
    await inPlace(async ({ run, inStore }) => {
      const { code, stdout, stderr } = await run('override', ...args);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(message);
      expect(stderr).not.toMatch(/^ {4}at /m);
      expect(await inStore((store) => store.listDirectives([FLEET]))).toEqual([]);
    });
  });
});

describe('plumb rollout', () => {
  const rolloutOf = (place: Place): Promise<Rollout | undefined> =>
    place.inStore(async (store) => (await store.getRollout('web-v2'))?.rollout);

  it('shows the waves, stores them, and lets a person pause, resume, skip and abort', async () => {
    await inPlace(async (place) => {
      const { run } = place;
      const dry = await run(...START, '--dry-run', '--size', '2', '--soak', '1h');
      expect([dry.code, dry.stdout]).toEqual([0, '']);
      expect(dry.stderr).toBe(
        'spec.workload.source.revision = v2 for 4 tenants in 3 waves, 5 at a time, each soaking 1h:\n' +
          '  wave 1: acme\n  wave 2: globex, hooli\n  wave 3: initech\n  from: main (4)\n' +
          'dry run: nothing was started\n',
      );
      expect(await rolloutOf(place)).toBeUndefined();

      const gold = ['rollout', 'start', 'web-v2', '--set', SET, '-l', 'tier=gold', '--reason', 'the new web'];
      const started = await run(...gold);
      expect(started).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('rollout/web-v2 started') as string,
      });
      expect(await rolloutOf(place)).toMatchObject({
        field: 'spec.workload.source.revision',
        value: 'v2',
        selector: { tier: 'gold' },
        waves: [['acme'], ['globex'], ['hooli']],
        before: { acme: 'main' },
        soakMs: 30 * 60 * 1000,
        maxConcurrent: 5,
        author: WHO,
        reason: 'the new web',
        state: 'running',
      });
      expect((await run(...gold)).stderr).toContain(
        'there is a rollout web-v2 already, and a name is used once',
      );

      expect((await run('rollout', 'pause', 'web-v2', '--reason', 'lunch')).stdout).toBe(
        'rollout/web-v2 paused\n',
      );
      expect((await run('rollout', 'pause', 'web-v2')).stderr).toContain(
        'is paused, so there is nothing to pause',
      );
      expect((await run('get', 'rollouts')).stdout).toMatch(/web-v2 +paused .* 1\/3 +3 waiting/);
      expect((await run('rollout', 'resume', 'rollout/web-v2')).code).toBe(0);
      expect((await run('rollout', 'skip', 'web-v2', 'tenant/hooli')).code).toBe(0);
      const status = await run('rollout', 'status', 'web-v2');
      expect(status.stdout).toContain('Tenants: tier=gold: 2 waiting, 1 untouched');
      expect(status.stdout).toMatch(/paused by ops@example\.com: lunch/);
      expect(status.stdout).toMatch(/3 +hooli +untouched +main +skipped by ops@example\.com/);
      expect((await run('rollout', 'abort', 'web-v2')).code).toBe(0);
      const { stdout } = await run('rollout', 'status', 'web-v2', '-o', 'json');
      expect(JSON.parse(stdout)).toMatchObject({
        state: 'aborting',
        history: [{ what: 'paused', by: WHO }, { what: 'resumed' }, { what: 'skipped' }, { what: 'aborted' }],
      });
    });
  });

  it('says whom it leaves out, and starts nothing for nobody', async () => {
    await inPlace(async (place) => {
      await place.inStore(async (store) => {
        const stored = await store.getTenant('acme');
        const record = JSON.parse(JSON.stringify(stored?.record)) as {
          spec: { workload: { source: { revision: string } } };
        };
        record.spec.workload.source.revision = 'v2';
        await store.applyTenant({ name: 'acme', record: record, author: WHO, reason: '' });
      });
      const some = await place.run(...START, '--dry-run');
      expect(some.stderr).toContain('left out: 1 tenant\n  acme: it has v2 already\n');
      const [, , , set, value] = START;
      const nobody = await place.run('rollout', 'start', 'x', set!, value!, '-l', 'tier=bronze');
      expect(nobody).toMatchObject({ code: 1, stdout: '' });
      expect(nobody.stderr).toContain('no tenant has the labels tier=bronze');
      const bad = await place.run(
        'rollout',
        'start',
        'x',
        '--set',
        'spec.workload.source.revision=$(rm)',
        '--all',
      );
      expect(bad.code).toBe(1);
      expect(bad.stderr).toMatch(
        /there is nobody to roll out to:\n {2}acme: spec\.workload\.source\.revision/,
      );
    });
  });

  it('is for operators only: to look is for everybody', async () => {
    await inPlace(async (place) => {
      const refused = await place.as('eve@example.com', ...START);
      expect([refused.code, refused.stdout]).toEqual([1, '']);
      expect(refused.stderr).toMatch(
        /^error: rollout refused: nobody is named as a platform operator; name eve/,
      );
      expect(await rolloutOf(place)).toBeUndefined();
      expect(await place.inStore((store) => store.listRequests(FLEET))).toMatchObject([
        { kind: 'rollout', requester: 'eve@example.com', state: 'REFUSED' },
      ]);
      expect((await place.as('eve@example.com', ...START, '--dry-run')).code).toBe(0);
      expect((await place.as('eve@example.com', 'rollout', 'skew')).code).toBe(0);
    }, 'operators: []');
  });

  it('shows which versions are wanted and run', async () => {
    await inPlace(async ({ run }) => {
      const { stdout } = await run('rollout', 'skew');
      expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
        ['FIELD', 'VALUE', 'WANT', 'APPLIED'],
        ['spec.workload.source.revision', 'main', '4', '4'],
        ['spec.cluster.releaseChannel', 'REGULAR', '4', '4'],
        [''],
      ]);
      const wide = await run('rollout', 'skew', '-l', 'tier=silver', '-o', 'wide');
      expect(wide.stdout).toMatch(/main +1 +1 +initech\n/);
      expect(JSON.parse((await run('rollout', 'skew', '-o', 'json')).stdout)).toHaveLength(2);
    });
  });

  it.each([
    [
      ['start', 'x', '--all'],
      /say what to change: --set FIELD=VALUE, where FIELD is spec\.workload\.source\.revision or/,
    ],
    [['start', 'x', '--set', SET], /say which tenants: -l tier=gold, or --all/],
    [['start', 'x', '--set', SET, '--all', '-l', 'tier=gold'], /both --selector and --all/],
    [['start', 'x', '--set', SET, '-l', 'gold'], /-l gold: use label=value/],
    [['start', 'x', '--set', SET, '-l', ''], /use label=value/],
    [['start', 'x', '--set', SET, '-l', 'a=b,a=c'], /a is given twice/],
    [
      ['start', 'x', '--all', '--set', 'spec.workload.source.revison=v2'],
      /did you mean spec\.workload\.source\.revision\?/,
    ],
    [
      ['start', 'x', '--all', '--set', 'spec.owner=eve@example.com'],
      /this field cannot be rolled out; these can: /,
    ],
    [['start', 'x', '--all', '--set', 'spec.workload.source.revision='], /say a value/],
    [
      ['start', 'x', '--all', '--set', SET, '--set', 'spec.cluster.releaseChannel=RAPID'],
      /changes one field/,
    ],
    [['start', 'x', '--all', '--set', SET, '--size', '0'], /--size 0: use a number of tenants/],
    [['start', 'x', '--all', '--set', SET, '--size', '101%'], /a part from 1% to 100%/],
    [['start', 'x', '--all', '--set', SET, '--soak', 'long'], /--soak long: use a length of time/],
    [['start', 'x', '--all', '--set', SET, '--canary', '-1'], /use a whole number from 0/],
    [['start', 'x', '--all', '--set', SET, '--max-concurrent', '0'], /use a whole number from 1/],
    [['start', 'My Rollout', '--all', '--set', SET], /"My Rollout" is no name for a rollout/],
    [['skip', 'x'], /missing required argument 'tenant'/],
  ])('says what is wrong with %j and ends with 2', async (args, message) => {
    await inPlace(async ({ run, inStore }) => {
      const { code, stdout, stderr } = await run('rollout', ...args);
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(message);
      expect(stderr).not.toMatch(/^ {4}at /m);
      expect(await inStore((store) => store.listRollouts({ open: false }))).toEqual([]);
    });
  });

  it.each(['status', 'pause', 'resume', 'abort'])('knows nothing to %s under another name', async (verb) => {
    await inPlace(async ({ run }) => {
      const { code, stderr } = await run('rollout', verb, 'web-v3');
      expect([code, stderr]).toEqual([1, 'Error from store (NotFound): rollout "web-v3" not found\n']);
    });
  });

  it('leaves --set to the platform where no record is meant', async () => {
    await inPlace(async ({ run }) => {
      const { code, stderr } = await run('get', 'tenants', '--set', SET);
      expect(code).toBe(1);
      expect(stderr).toContain('use key=value with one of the keys project');
    });
  });
});

describe('plumb get runs', () => {
  it('says of which pass the breaker was open', async () => {
    await inPlace(async ({ run, inStore }) => {
      const breaker = { tripped: ['80 tenants would be changed'], cause: null, admitted: 0 };
      await inStore((store) => store.saveRun({ report: { ...SAMPLE, breaker }, opened: [], resolved: [] }));
      expect((await run('get', 'runs')).stdout).toMatch(/run-20260301-100000 .* open /);
      expect((await run('report')).stdout).toMatch(/^BREAKER OPEN: /);
    });
  });
});
