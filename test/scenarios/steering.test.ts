/** How people steer a fleet with `plumb`: pauses, approvals and refusals, from the command line to the cloud. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Json } from '../../reconciler/model.ts';
import { command } from '../reconciler/cli/run.ts';
import { describeWorld, keysOf, of, OWNER, PROJECT, startWorld, type World } from './world.ts';

const HOUR_MS = 60 * 60 * 1000;

/** Some wait for several runs. */
const TIMEOUT = 180_000;

describeWorld('steering', () => {
  let world: World;
  let folder: string;
  /** What acme holds when nothing is wrong. */
  let whole: string[];

  /** As this person; the owner of acme unless another one is named. */
  const run = (args: readonly string[], as = OWNER('acme')) =>
    command(args, { cwd: folder, env: { PLUMBLINE_LOCAL: world.local.infoFile, PLUMBLINE_AS: as } });
  const approve = (plan: string | null, as?: string) =>
    run(['approve', 'acme', '--plan', plan ?? '', '--reason', 'no GPUs any more'], as);
  const acmeNow = async () => of(await world.pass(), 'acme');
  const ROUTER = `/compute/v1/projects/${PROJECT('acme')}/regions/us-central1/routers/acme-router`;
  const loseNat = async () => {
    await world.ask('compute', 'PATCH', ROUTER, { nats: [] });
    // The answer is an operation: the NAT is gone when that has ended.
    await vi.waitFor(async () => {
      const { nats = [] } = await world.ask<{ nats?: Json[] }>('compute', 'GET', ROUTER);
      expect(nats).toEqual([]);
    });
  };
  const flows = async () => (await world.ports.store.listExecutions('acme')).map(({ flow }) => flow);
  const provisions = async () => (await flows()).filter((flow) => flow === 'provision').length;
  const settled = async () => {
    await world.settleDown('acme');
    expect(of(await world.pass({ dryRun: true }), 'acme')).toMatchObject({ verdict: 'in-sync', held: [] });
  };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'plumb-steering-'));
    world = await startWorld();
    await world.apply('acme');
    await world.pass();
    await settled();
    whole = await world.resources(PROJECT('acme'));
  });
  afterAll(async () => {
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  }, TIMEOUT);

  it(
    'a pause holds passes and people, and whoever ends it sees first what will be done',
    async () => {
      await loseNat();
      expect(await run(['pause', 'acme', '--reason', 'an incident', '--for', '2h'])).toMatchObject({
        code: 0,
        stdout: expect.stringMatching(/^tenant\/acme paused until .* \(pause-[0-9a-f]{8}\)\n$/) as string,
      });
      const paused = await acmeNow();
      expect(paused).toMatchObject({
        verdict: 'paused',
        paused: { by: OWNER('acme'), reason: 'an incident' },
        held: [{ flow: 'provision', reason: 'paused' }],
      });
      expect(keysOf(paused)).toContain('missing:nat/acme-nat');
      expect(await world.request('acme', 'redeploy')).toMatchObject({
        accepted: false,
        reason: expect.stringContaining('acme is paused') as string,
      });
      expect(await flows()).toEqual(['provision']);

      const unsure = await run(['resume', 'acme']);
      expect(unsure).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') as string });
      const resumed = await run(['resume', 'acme', '--yes']);
      expect(resumed.code).toBe(0);
      expect(resumed.stdout).toMatch(
        /missing[^\n]*\n(?:[^\n]*\n){1,2}\s+next: provision \(not launched: dry run\)/,
      );
      expect(await flows()).toEqual(['provision']);
      expect((await acmeNow()).actions).toMatchObject([{ flow: 'provision' }]);
      await settled();
      expect(await world.resources(PROJECT('acme'))).toEqual(whole);
      expect((await run(['resume', 'acme', '--yes'])).stderr).toContain('tenant/acme is not paused');
    },
    TIMEOUT,
  );

  it(
    'an approval is the owner’s, holds for one plan, and for no other',
    async () => {
      await world.apply('acme', (written) => {
        written.spec.cluster.nodePools = written.spec.cluster.nodePools.filter(({ name }) => name !== 'gpu');
      });
      const first = await acmeNow();
      expect(first).toMatchObject({
        verdict: 'pending',
        actions: [],
        held: [{ reason: 'approval', flow: 'provision' }],
      });
      const stranger = await approve(first.planHash, 'stranger@elsewhere.example');
      expect(stranger).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('does not own acme') as string,
      });
      expect((await world.ports.store.listRequests('acme'))[0]).toMatchObject({
        kind: 'approve',
        state: 'REFUSED',
      });

      expect((await approve(first.planHash)).code).toBe(0);
      await loseNat();
      const changed = await acmeNow();
      expect(changed.actions).toEqual([]);
      expect(changed.held[0]?.message).toContain('missing:nat/acme-nat is new');
      expect((await approve(first.planHash)).stderr).toMatch(
        /has changed since.*missing:nat\/acme-nat is new/,
      );
    },
    TIMEOUT,
  );

  it(
    'what was approved is destroyed by its address, and nothing else',
    async () => {
      // The pool, and the nodes that Kubernetes Engine made for it.
      const gpu = whole.filter((name) => /nodePools\/gpu|\/gke-acme-gpu-/.test(name));
      expect(gpu).not.toEqual([]);
      const waiting = of((await world.ports.store.latestRun())!, 'acme');
      expect(await approve(waiting.planHash)).toMatchObject({
        code: 0,
        stderr: expect.stringContaining('pending:node-pool/gpu') as string,
      });
      expect((await acmeNow()).actions).toMatchObject([
        { flow: 'provision', mayDestroy: ['module.cluster.google_container_node_pool.pools["gpu"]'] },
      ]);
      await settled();
      expect(await world.resources(PROJECT('acme'))).toEqual(whole.filter((name) => !gpu.includes(name)));
      const approvals = (await world.ports.store.listDirectives(['acme'])).filter(
        ({ kind }) => kind === 'approval',
      );
      expect(approvals.map(({ uses }) => uses).sort()).toEqual([0, 1]);
    },
    TIMEOUT,
  );

  // Last: with its clock moved on, every pass takes the tenant's health for old.
  it(
    'a pause of the fleet that runs out is followed by one pass that only shows what it would do',
    async () => {
      const before = await world.resources(PROJECT('acme'));
      await loseNat();
      await run(['pause', '--all', '--reason', 'an incident', '--for', '1h']);
      expect((await acmeNow()).verdict).toBe('paused');
      world.clock.advance(HOUR_MS + 60_000);
      const shown = await acmeNow();
      expect(shown).toMatchObject({ verdict: 'drift', paused: null });
      expect(shown.held).toMatchObject([
        {
          reason: 'paused',
          flow: 'provision',
          message: expect.stringContaining('the next one does it') as string,
        },
      ]);
      await world.settleDown('acme');
      expect(await provisions()).toBe(3);
      expect((await acmeNow()).actions).toMatchObject([{ flow: 'provision' }]);
      await settled();
      expect(await world.resources(PROJECT('acme'))).toEqual(before);
    },
    TIMEOUT,
  );
});
