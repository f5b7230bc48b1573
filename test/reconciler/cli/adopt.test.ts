/** Adopting an environment that stands in the local cloud, without any run: what is shown, what is refused, what is stored. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect as expectThat, it } from 'vitest';
import type { Body } from '../../../local-cloud/core/store.ts';
import { expect } from '../../../reconciler/expect.ts';
import type { Json } from '../../../reconciler/model.ts';
import { kindOf } from '../../../reconciler/resources/index.ts';
import { bodyOf } from '../../support/bodies.ts';
import { localPlace, type LocalPlace } from '../../support/local-place.ts';
import { Random } from '../../support/random.ts';
import { tenant } from '../../support/records.ts';

const RECORD = tenant();
const PROJECT = RECORD.spec.project;
const exact = { random: new Random(0), amount: 0 };

let place: LocalPlace;
let file = '';
beforeAll(async () => {
  place = await localPlace();
  file = join(place.cwd, 'acme.yaml');
});
afterAll(() => place.close());

interface Disturbed {
  /** Ids of what is not there. */
  readonly without?: readonly string[];
  readonly fields?: Readonly<Record<string, Readonly<Record<string, Json>>>>;
}

/** Everything the record asks for on Google Cloud as it asks for it, but for this. */
function environment({ without = [], fields = {} }: Disturbed = {}): void {
  const { resources } = place.cloud;
  for (const { name } of resources.list({ project: PROJECT })) resources.delete(name);
  const bodies = new Map<string, { assetType: string; body: Body }>();
  for (const want of expect(RECORD, null)) {
    const kind = kindOf(want);
    if (kind?.plane !== 'gcp' || without.includes(want.id)) continue;
    const wanted = Object.fromEntries(Object.entries(want.fields).map(([path, wish]) => [path, wish.want]));
    const body = bodyOf(kind, want, { ...wanted, ...fields[want.id] }, exact) as Body;
    // A router and its NAT are one body.
    bodies.set(want.name, { assetType: kind.assetType, body: { ...bodies.get(want.name)?.body, ...body } });
  }
  for (const [name, { assetType, body }] of bodies) {
    resources.create({ name, assetType, project: PROJECT, location: RECORD.spec.region, body });
  }
}

const TEXT = `# the first customer
apiVersion: plumbline.dev/v1alpha1
kind: Tenant
metadata:
  name: acme
spec: ${JSON.stringify({ ...RECORD.spec, cluster: undefined }).replace(/}$/, '')}, cluster: {
  controlPlaneRange: 172.16.0.0/28,
  nodePools: [
    { name: cpu, machineType: e2-standard-4, min: 1, max: 3 },
    { name: gpu, machineType: g2-standard-8, min: 0, max: 2, # never more
      accelerator: { type: nvidia-l4, count: 1 }, labels: { pool: gpu },
      taints: [{ key: workload, value: gpu, effect: NO_SCHEDULE }] } ] } }
`;

/** In the cluster nothing is there yet, and no cluster either, so that no control plane is needed. */
const NO_CLUSTER = ['cluster/acme', 'node-pool/cpu', 'node-pool/gpu'];
const directives = () => place.store.listDirectives(['acme']);

beforeEach(() => writeFileSync(file, TEXT));

describe('plumb adopt', () => {
  it('shows what is there, what would change, what would be created, and stores nothing', async () => {
    environment({
      without: NO_CLUSTER,
      fields: { 'nat/acme-nat': { minPortsPerVm: 512 } },
    });
    const { code, stdout, stderr } = await place.run(['adopt', '-f', file, '--dry-run']);
    expectThat(code).toBe(0);
    expectThat(stdout).toMatch(/^tenant\/acme: 10 resources of it are there, 1 differs, 7 would be created/);
    expectThat(stdout).toContain(
      'minPortsPerVm: have 512 → want 128; would be changed in place  [spec.network.nat.minPortsPerVm]',
    );
    expectThat(stdout).toMatch(/cluster\/acme\n {4}\+ would be created {2}\[spec\.cluster\]/);
    expectThat(stderr).toContain(
      'nat/acme-nat:minPortsPerVm is not settled: --take nat/acme-nat:minPortsPerVm (the record says what is there), or --change',
    );
    expectThat(stderr).toContain('dry run: nothing was stored');
    expectThat(await place.store.getTenant('acme')).toBeUndefined();
    expectThat(await directives()).toEqual([]);
  });

  it('is refused until each difference is settled, and takes no name that nothing differs in', async () => {
    environment({ without: NO_CLUSTER, fields: { 'nat/acme-nat': { minPortsPerVm: 512 } } });
    const refused = await place.run([
      'adopt',
      '-f',
      file,
      '--change',
      'cluster/acme',
      '--change',
      'nat/other',
    ]);
    expectThat(refused.code).toBe(1);
    expectThat(refused.stderr).toContain('--change nat/other: nothing of that name differs');
    expectThat(refused.stderr).toContain('nat/acme-nat:minPortsPerVm is not settled');
    expectThat(refused.stderr).not.toContain('cluster/acme is not settled');
    expectThat(refused.stderr).toContain('tenant/acme was not adopted; nothing was stored');
    expectThat(await place.store.getTenant('acme')).toBeUndefined();
  });

  it('does not take a replacement for settled because all was said', async () => {
    environment({
      without: NO_CLUSTER,
      fields: { 'subnet/acme-nodes': { ipCidrRange: '10.99.0.0/20' } },
    });
    const all = await place.run(['adopt', '-f', file, '--change', 'all']);
    expectThat(all.code).toBe(1);
    expectThat(all.stdout).toMatch(
      /± ipCidrRange: have "10\.99\.0\.0\/20" → want "10\.10\.0\.0\/20"; would be replaced/,
    );
    expectThat(all.stderr).toMatch(/error: subnet\/acme-nodes:ipCidrRange is not settled/);
    const named = await place.run([
      ...['adopt', '-f', file, '--change', 'all', '--change', 'subnet/acme-nodes:ipCidrRange', '--dry-run'],
      ...['-o', 'json'],
    ]);
    expectThat(JSON.parse(named.stdout)).toMatchObject({ objections: [], adoption: null });
  });

  it('takes what could not be read for what it is, and adopts nothing', async () => {
    environment({ without: NO_CLUSTER, fields: { 'nat/acme-nat': { minPortsPerVm: 512 } } });
    const faults = `${place.endpoints['control'] ?? ''}/faults`;
    const order = JSON.stringify({ method: 'compute.routers.get', status: 403 });
    const answer = await fetch(faults, { method: 'POST', body: order });
    const { id } = (await answer.json()) as { id: string };
    const { code, stdout, stderr } = await place.run(['adopt', '-f', file, '--change', 'all']);
    await fetch(`${faults}/${id}`, { method: 'DELETE' });
    expectThat(code).toBe(1);
    expectThat(stdout).toMatch(/\? nat\/acme-nat could not be read: .*403/);
    expectThat(stderr).toContain('nat/acme-nat could not be read, and unreadable is not absent');
    expectThat(await place.store.getTenant('acme')).toBeUndefined();
  });

  it('is the owner’s alone', async () => {
    environment({ without: NO_CLUSTER });
    const { code, stderr } = await place.run([
      'adopt',
      '-f',
      file,
      '--change',
      'all',
      '--as',
      'eve@else.example',
    ]);
    expectThat(code).toBe(1);
    expectThat(stderr).toContain('eve@else.example does not own acme');
    expectThat(await directives()).toEqual([]);
  });

  it('stores the record with what was taken over, in its file too, and what the first run may do', async () => {
    environment({ without: NO_CLUSTER, fields: { 'nat/acme-nat': { minPortsPerVm: 512 } } });
    const { code, stdout, stderr } = await place.run([
      ...['adopt', '-f', file, '--take', 'nat/acme-nat', '--change', 'all', '--reason', 'moving in'],
    ]);
    expectThat({ code, stderr }).toMatchObject({ code: 0 });
    expectThat(stdout).toContain('~ spec.network.nat.minPortsPerVm: 128 → 512');
    expectThat(stdout).toMatch(/tenant\/acme adopted until \S+ \(adoption-[0-9a-f]{8}\)/);
    expectThat(stderr).toContain('plumb reconcile acme --wait');
    expectThat(readFileSync(file, 'utf8')).toContain('# the first customer');
    expectThat(readFileSync(file, 'utf8')).toMatch(/"minPortsPerVm":\s?512/);
    const stored = await place.store.getTenant('acme');
    expectThat(stored).toMatchObject({
      generation: 1,
      record: { spec: { network: { nat: { minPortsPerVm: 512 } } } },
    });
    const [adoption] = await directives();
    expectThat(adoption).toMatchObject({
      kind: 'adoption',
      actor: 'platform@acme.example',
      reason: 'moving in',
      detail: { standing: expectThat.arrayContaining(['network/acme-vpc', 'nat/acme-nat']) as unknown },
    });

    const listed = await place.run(['get', 'directives']);
    expectThat(listed.stdout).toMatch(
      /adoption-[0-9a-f]{8} +acme +adoption +in force .*10 resources that exist/,
    );
    const previewed = await place.run(['preview', '-f', file, '-o', 'json']);
    const [{ argument }] = JSON.parse(previewed.stdout) as [
      { argument: { terraform: { imports: unknown[] } } },
    ];
    expectThat(argument.terraform.imports).toContainEqual({
      to: 'module.network.google_compute_router_nat.nat',
      id: 'projects/acme-prod-1/regions/us-central1/routers/acme-router/acme-nat',
    });

    writeFileSync(file, TEXT);
    const older = await place.run(['adopt', '-f', file, '--dry-run']);
    expectThat(older.stdout).toContain('~ spec.network.nat.minPortsPerVm: 512 → 128');

    const again = await place.run(['adopt', 'acme', '--change', 'all', '--dry-run', '-o', 'json']);
    expectThat(JSON.parse(again.stdout)).toMatchObject({ tenant: 'acme', objections: [] });
  });

  it('says what is missing on its command line, and what is managed already', async () => {
    expectThat(await place.run(['adopt'])).toMatchObject({ code: 2 });
    expectThat(await place.run(['adopt', 'acme', '-f', file])).toMatchObject({ code: 2 });
    const unknown = await place.run(['adopt', 'acmee']);
    expectThat(unknown.stderr).toContain('did you mean "acme"?');
  });
});
