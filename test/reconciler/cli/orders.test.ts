/** Pauses, exceptions, approvals and broken glass from the command line: what they say, keep, and refuse. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../../desired-state/open.ts';
import type { Directive, Store } from '../../../desired-state/store.ts';
import { endOf } from '../../../reconciler/cli/times.ts';
import type { Finding, RunReport, TenantReport } from '../../../reconciler/model.ts';
import { finding, planOf } from '../../support/plans.ts';
import { SAMPLE } from '../report/sample.ts';
import { command, EXAMPLES, inFolder, plumb, type Ended } from './run.ts';

const OWNER = 'platform@acme.example';
const DAY = 24 * 60 * 60_000;

/** `plumb` over an embedded store that holds the three examples; `by` runs each as a process of its own, or in this one. */
async function withFleet(
  use: (run: (args: string, as?: string) => Promise<Ended>, store: Store, folder: string) => Promise<void>,
  by: typeof plumb = command,
): Promise<void> {
  await inFolder(async (cwd) => {
    const run = (args: string, as = OWNER) =>
      by(args.split(' '), { cwd, env: { PLUMBLINE_STORE: 'embedded', PLUMBLINE_AS: as } });
    await run(`apply -f ${EXAMPLES}`);
    const store = await openStore({ kind: 'embedded', file: join(cwd, '.plumbline', 'plumbline.db') });
    try {
      await use(run, store, cwd);
    } finally {
      await store.close();
    }
  });
}

const said = ({ code, stderr }: Ended) => `${code}: ${stderr}`;

describe('orders that make no sense', () => {
  it.each([
    ['pause acme --for 2h', /required option '--reason <text>' not specified/],
    ['pause acme --reason x', /a pause must end: say --for 4h, or --until \d{4}-/],
    ['pause --reason x --for 2h', /name a tenant, or say --all/],
    ['pause acme --all --reason x --for 2h', /both --all and tenants are given/],
    ['pause acme --reason x --for 2h --until 3h', /both --for and --until are given/],
    ['pause acme --reason x --for soon', /--for soon: use a length of time such as 30m, 4h or 2d/],
    ['pause acme --reason x --until tomorrow', /--until tomorrow: use a moment with its offset, such as 2/],
    ['pause acme --reason x --until 2999-02-30T00:00:00Z', /use a moment with its offset/],
    ['pause acme --reason x --until 2020-01-01T00:00:00Z', /has passed; say a time to come/],
    ['pause acme --reason x --for 15d', /a pause may last 14d at most, until /],
    [`pause acme --for 2h --reason ${'x'.repeat(501)}`, /--reason has 501 characters; say it in 500/],
    ['resume acme', /nobody is there to be asked: say --yes/],
    [
      'approve acme --plan 12ab --reason x',
      /--plan 12ab is no plan: it has sixteen digits.*plumb describe acme/,
    ],
    ['approve acme --reason x', /required option '--plan <hash>' not specified/],
    ['approve acme --plan 0123456789abcdef --reason x --for 2d', /an approval may last 1d at most/],
    ['break-glass acme --reason x --for 25h', /broken glass may last 1d at most/],
    ['redeploy acme', /required option '--reason <text>' not specified/],
    ['except acme --reason x --for 2d', /say what is accepted: --finding KEY, or --resource/],
    ['except --resource nat/x --reason x --for 2d', /name one tenant, or say -l KEY=VALUE/],
    ['except acme --all --resource nat/x --reason x --for 2d', /name one tenant, or say -l KEY=VALUE/],
    ['except -l tier --resource nat/x --reason x --for 2d', /-l tier: use label=value/],
    ['except acme --resource gpu --reason x --for 2d', /--resource gpu: use KIND\/NAME/],
    ['except acme --finding changed --reason x --for 2d', /use CLASS:KIND\/NAME:FIELD/],
    [
      'except acme --finding unreadable:nat/x --reason x --for 2d',
      /only missing, changed, extra, unhealthy can/,
    ],
    ['except acme --finding missing:nat/x --reason x --for 2d', /say --missing as well/],
    ['except acme --finding changed:nat/x:f --field f --reason x --for 2d', /--field goes with --resource/],
    ['except acme --resource nat/x --reason x --for 91d', /an exception may last 90d at most/],
  ])('`plumb %s` says so, and ends with 2', async (args, message) => {
    const { code, stdout, stderr } = await command(args.split(' '), {
      env: { PLUMBLINE_STORE: 'embedded', PLUMBLINE_STORE_FILE: '/nonexistent/store.db' },
    });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });
});

describe('when an order ends', () => {
  const now = new Date('2026-03-01T12:00:00Z');
  const rule = { what: 'a pause', longest: 14 * DAY };

  it.each([
    [{ for: '90m' }, '2026-03-01T13:30:00.000Z'],
    [{ for: '1d12h' }, '2026-03-03T00:00:00.000Z'],
    [{ until: '14d' }, '2026-03-15T12:00:00.000Z'],
    [{ until: '2026-03-02T00:00:00+01:00' }, '2026-03-01T23:00:00.000Z'],
    [{ until: '2026-03-01T12:00Z' }, null],
    [{ until: '2026-03-15T12:00:00.001Z' }, null],
    [{ for: '0m' }, null],
    [{ until: '2026-03-02T00:00:00' }, null],
  ])('is read from %j', (flags, end) => {
    if (end === null) expect(() => endOf(flags, rule, now)).toThrow(/^(?!.*undefined)/);
    else expect(endOf(flags, rule, now)).toBe(end);
  });
});

describe('a pause', () => {
  it('is recorded with who, why and until when, listed, and ended by no other way than by looking', async () => {
    await withFleet(async (run, store, folder) => {
      const first = await run('pause acme globex --reason incident-7 --for 2h');
      expect(first).toMatchObject({ code: 0, stderr: '' });
      const [line, other] = first.stdout.trim().split('\n');
      expect(line).toMatch(/^tenant\/acme paused until \S+ \S+Z \(pause-[0-9a-f]{8}\)$/);
      expect(other).toMatch(/^tenant\/globex paused until /);
      const [pause] = await store.listDirectives(['acme']);
      expect(pause).toMatchObject({ kind: 'pause', actor: OWNER, reason: 'incident-7', endedAt: null });
      expect(Date.parse(pause!.expiresAt) - Date.parse(pause!.createdAt)).toBe(2 * 60 * 60_000);

      expect((await run('pause acme --reason shorter --for 1h')).stderr).toMatch(
        /acme stays paused until .* by pause-/,
      );
      const list = await run('get directives');
      expect(list.stdout).toMatch(/^NAME +TENANT +KIND +STATE +BY +UNTIL +LEFT +USES +ABOUT\n/);
      expect(list.stdout.match(/ in force /g)).toHaveLength(3);
      expect((await run('get directives acme -o wide')).stdout).toContain('incident-7');
      expect((await run('describe acme')).stdout).toMatch(
        /Directives:\n.*\n.*pause-\w+ +in force +platform@acme/,
      );

      expect(said(await run(`end ${pause!.id}`))).toMatch(/^1: .*is a pause; 'plumb resume acme' shows/);
      writeFileSync(join(folder, 'plumbline.yaml'), 'policy: { longest: { pause: 1h } }\n');
      expect(said(await run('pause acme --reason x --for 2h'))).toMatch(/^2: .*may last 1h at most/);
    });
  });

  it('of a tenant nobody knows is refused with the nearest name, and nothing is kept', async () => {
    await withFleet(async (run, store) => {
      expect(said(await run('pause acme acne --reason x --for 2h'))).toMatch(
        /^1: Error from store \(NotFound\): tenant "acne" not found; did you mean "acme"\?/,
      );
      for (const args of [
        'approve acne --plan 0123456789abcdef --reason x',
        'break-glass acne --reason x --for 1h',
        'except acne --resource nat/x --reason x --for 1d',
        'get directives acne',
      ]) {
        expect(said(await run(args))).toMatch(/^1: .*"acne" not found; did you mean "acme"\?/);
      }
      expect(await store.listDirectives()).toEqual([]);
    });
  });
});

describe('an exception', () => {
  it('is kept with owner and end, warns of what the last pass did not see, and is taken back by its name', async () => {
    await withFleet(async (run, store) => {
      const about = 'changed:node-pool/gpu:autoscaling.maxNodeCount';
      const given = await run(
        `except acme --finding ${about} --owner boss@acme.example --reason sale --for 30d`,
      );
      expect(given.stdout).toMatch(
        /^tenant\/acme: changed:node-pool\/gpu:autoscaling\.maxNodeCount excepted until/,
      );
      expect(given.stderr).toContain(`the last pass saw no finding ${about} of acme`);
      const fleet = await run(
        'except -l tier=gold,region=eu --resource nat/* --missing --reason move --for 1d',
      );
      expect(fleet.stdout).toMatch(/^the fleet: nat\/\*, missing included excepted until /);
      const [ofFleet, ofAcme] = await store.listDirectives();
      expect(ofFleet).toMatchObject({
        name: '*',
        detail: { owner: OWNER, resource: 'nat/*', missing: true, selector: { tier: 'gold', region: 'eu' } },
      });
      expect(ofAcme).toMatchObject({ name: 'acme', detail: { owner: 'boss@acme.example', finding: about } });
      expect((await run('get directives')).stdout).toContain('nat/*, missing included region=eu tier=gold');

      const { id } = ofAcme!;
      expect(said(await run(`end ${id}x`))).toMatch(new RegExp(`^1: .*not found; did you mean "${id}"`));
      expect(await run(`end ${id} ${ofFleet!.id}`)).toMatchObject({
        code: 0,
        stdout: `tenant/acme: ${id} ended\nthe fleet: ${ofFleet!.id} ended\n`,
      });
      expect(said(await run(`end ${id}`))).toMatch(/^1: .*was ended by platform@acme\.example at /);
      expect((await run('get directives')).stderr).toBe('No directives found.\n');
    });
  });
});

describe('broken glass', () => {
  it('is recorded, and can be mended early, by processes of their own', async () => {
    await withFleet(async (run, store) => {
      expect((await run('break-glass acme --reason down --for 1h')).stdout).toMatch(
        /^tenant\/acme: glass broken until .*; pauses and windows do not hold it\n$/,
      );
      const [glass] = await store.listDirectives(['acme']);
      expect(glass).toMatchObject({ kind: 'break-glass', actor: OWNER });
      expect((await run(`end ${glass!.id}`)).code).toBe(0);
      expect((await store.listDirectives(['acme']))[0]?.endedBy).toBe(OWNER);
    }, plumb);
  });
});

describe('an approval', () => {
  const machine = finding({
    class: 'changed',
    resource: 'node-pool/gpu',
    kind: 'node-pool',
    field: 'config.machineType',
    want: 'g2-standard-8',
    have: 'g2-standard-4',
    risk: 'replace',
  });

  /** What a pass would have reported of acme with these findings. */
  async function report(store: Store, id: string, findings: readonly Finding[]): Promise<TenantReport> {
    const { held, planHash } = planOf({ findings });
    const acme: TenantReport = {
      ...SAMPLE.tenants[0]!,
      findings,
      actions: [],
      held,
      planHash,
    };
    const startedAt = new Date(Date.parse(SAMPLE.run.startedAt) + Number(id) * 60_000).toISOString();
    const run: RunReport = { ...SAMPLE, run: { ...SAMPLE.run, id: `run-${id}`, startedAt }, tenants: [acme] };
    await store.saveRun({ report: run, opened: [], resolved: [] });
    return acme;
  }

  const approvals = async (store: Store): Promise<Directive[]> =>
    (await store.listDirectives(['acme'])).filter(({ kind }) => kind === 'approval');

  it('is given by the owner for the plan of the last pass, for four hours, and says what it lets through', async () => {
    await withFleet(async (run, store) => {
      const none = 'approve acme --plan 0123456789abcdef --reason x';
      expect(said(await run(none))).toMatch(/^1: .*no pass has reported on acme yet; 'plumb reconcile acme'/);
      await report(store, '1', [finding()]);
      expect(said(await run(none))).toMatch(/^1: .*nothing of acme waits for an approval/);
      const { planHash } = await report(store, '2', [machine]);
      expect((await run('describe acme')).stdout).toMatch(
        new RegExp(`\\nPlan: +${planHash!} waits for an approval\\n`),
      );

      const approve = `approve acme --plan ${planHash!} --reason agreed`;
      expect(said(await run(approve, 'stranger@elsewhere.example'))).toMatch(/^1: .*does not own acme/);
      expect(await approvals(store)).toEqual([]);
      const { code, stdout, stderr } = await run(approve);
      expect(code).toBe(0);
      expect(stdout).toMatch(new RegExp(`^tenant/acme plan ${planHash!} approved until .* \\(approval-`));
      expect(stderr).toContain(
        'changed:node-pool/gpu:config.machineType: want "g2-standard-8" → have "g2-standard-4"',
      );
      const [approval] = await approvals(store);
      expect(approval).toMatchObject({ actor: OWNER, reason: 'agreed', uses: 0 });
      expect(Date.parse(approval!.expiresAt) - Date.parse(approval!.createdAt)).toBe(4 * 60 * 60_000);
      const requests = await store.listRequests('acme');
      expect(requests.map(({ kind, state }) => `${kind} ${state}`)).toEqual([
        'approve ACCEPTED',
        'approve REFUSED',
        'approve REFUSED',
        'approve REFUSED',
      ]);
      expect(requests[0]?.reason).toBe(approval!.id);
    });
  });

  it('is refused for a plan that has changed, with what did, and for one nobody has seen', async () => {
    await withFleet(async (run, store) => {
      const { planHash } = await report(store, '1', [machine]);
      const now = await report(store, '2', [{ ...machine, have: 'e2-standard-2' }]);
      expect(said(await run(`approve acme --plan ${planHash!} --reason agreed`))).toMatch(
        new RegExp(
          `^1: .*has changed since it was ${planHash!}: .*have went from "g2-standard-4" to "e2-standard-2".*approve ${now.planHash!}`,
        ),
      );
      expect(said(await run('approve acme --plan 0123456789abcdef --reason x'))).toMatch(
        /^1: .*no recent pass has reported a plan 0123456789abcdef for acme/,
      );
      expect(await approvals(store)).toEqual([]);
    });
  });
});

let helps: Map<string, Ended>;
describe('the help of every command that gives an order', () => {
  const NAMES = ['approve', 'pause', 'resume', 'except', 'break-glass', 'end', 'redeploy'];
  beforeAll(async () => {
    helps = new Map();
    for (const name of NAMES) helps.set(name, await command([name, '--help']));
  });
  afterAll(() => helps.clear());

  it.each(NAMES)('%s says what it does, and what it takes', (name) => {
    const { code, stdout, stderr } = helps.get(name)!;
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(new RegExp(`^Usage: plumb ${name} `));
  });
});
