/** The Terraform program: argv, the judgement of plans, the wording of failures, and runs with a terraform of our own. */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { applyArguments, initArguments, planArguments } from '../../cloudbuild-steps/terraform/commands.ts';
import { diagnosticsOf, explain } from '../../cloudbuild-steps/terraform/errors.ts';
import { reviewPlan } from '../../cloudbuild-steps/terraform/plan.ts';
import { apply, destroy, planRefresh, readOutputs } from '../../cloudbuild-steps/terraform/terraform.ts';
import { NOBODY } from '../support/nobody.ts';
import { openBench, type Bench } from './bench.ts';

const STATE = { bucket: 'state', prefix: 'tenants/acme' };

test('argv: no question is asked, the lock is waited for, and the saved plan is what is applied', () => {
  expect(initArguments(STATE)).toEqual([
    'init',
    '-input=false',
    '-no-color',
    '-reconfigure',
    '-backend-config=bucket=state',
    '-backend-config=prefix=tenants/acme',
  ]);
  expect(planArguments(true)).toEqual([
    'plan',
    '-input=false',
    '-no-color',
    '-lock-timeout=60s',
    '-destroy',
    '-out=plan.tfplan',
  ]);
  expect(planArguments(false)).not.toContain('-destroy');
  expect(applyArguments().at(-1)).toBe('plan.tfplan');
});

const change = (address: string, ...actions: string[]) => ({ address, change: { actions } });
const plan = (...resource_changes: object[]) => JSON.stringify({ format_version: '1.2', resource_changes });

test('counts a plan’s changes and names what it would destroy', () => {
  const reviewed = reviewPlan(
    plan(
      change('a', 'no-op'),
      change('b', 'create'),
      change('c', 'update'),
      change('d', 'delete'),
      change('e', 'delete', 'create'),
      change('f', 'create', 'delete'),
      change('g', 'read'),
      { address: 'h', change: { actions: ['no-op'], importing: { id: 'x' } } },
    ),
  );
  expect(reviewed).toEqual({
    changes: { create: 1, update: 1, replace: 2, delete: 1, import: 1 },
    destroys: ['d', 'e', 'f'],
  });
  expect(reviewPlan('{}').destroys).toEqual([]);
});

test('leaves sensitive outputs out', () => {
  const text = JSON.stringify({
    a: { sensitive: false, type: 'string', value: 'x' },
    b: { sensitive: true, value: 'y' },
  });
  expect(readOutputs(text)).toEqual({ a: 'x' });
});

const FORBIDDEN = `
Error: Error creating Network: googleapi: Error 403: Required 'compute.networks.create' permission, forbidden

  with module.network.google_compute_network.vpc,
  on ../../modules/network/main.tf line 3, in resource "google_compute_network" "vpc":
   3: resource "google_compute_network" "vpc" {

Warning: Deprecated

  on main.tf line 1

Error: Invalid value

The value must be positive.
`;

describe('wording', () => {
  test('takes errors without their excerpts, warnings not at all, framed or not', () => {
    const want = [
      {
        summary:
          "Error creating Network: googleapi: Error 403: Required 'compute.networks.create' permission, forbidden",
        address: 'module.network.google_compute_network.vpc',
        detail: '',
      },
      { summary: 'Invalid value', address: null, detail: 'The value must be positive.' },
    ];
    expect(diagnosticsOf(FORBIDDEN)).toEqual(want);
    const framed = FORBIDDEN.split('\n').map((line) => `│ ${line}`);
    expect(diagnosticsOf(['╷', ...framed, '╵'].join('\n'))).toEqual(want);
  });

  test('says after a failed apply that nothing is lost', () => {
    expect(explain('apply', FORBIDDEN, STATE)).toMatch(
      /^terraform apply: module\.network\.google_compute_network\.vpc: Error creating Network: .*; Invalid value \(The value must be positive\.\); what was done is in the state/,
    );
  });

  test('says how to take over what somebody else has made', () => {
    const printed =
      "\nError: Error creating Network: googleapi: Error 409: The resource 'x' already exists, alreadyExists\n";
    expect(explain('apply', printed, STATE)).toContain("under management by 'plumb adopt'; what was done");
    expect(explain('apply', FORBIDDEN, STATE)).not.toContain('plumb adopt');
  });

  test('names a lock by id, holder and time, and how to remove it', () => {
    const printed = `
Error: Error acquiring the state lock

Error message: writing "gs://state/tenants/acme/default.tflock" failed: googleapi: Error 412
Lock Info:
  ID:        1712345678
  Path:      gs://state/tenants/acme/default.tflock
  Operation: OperationTypeApply
  Who:       root@build-7
  Created:   2026-01-02 03:04:05 +0000 UTC
`;
    expect(explain('plan', printed, STATE)).toBe(
      'terraform plan: the state gs://state/tenants/acme is locked by root@build-7 since 2026-01-02 03:04:05 +0000 UTC (lock id 1712345678); ' +
        'wait until that run ends, or when it is dead remove the lock with terraform force-unlock 1712345678, then ask again',
    );
  });

  test('falls back to the last lines when there is no error in Terraform’s form', () => {
    expect(explain('init', 'panic: x\n', STATE)).toBe(
      'terraform init: panic: x (the state is kept in gs://state/tenants/acme)',
    );
  });
});

describe('runs', () => {
  let bench: Bench;
  beforeEach(async () => {
    bench = await openBench();
    const bundle = join(bench.folder, 'bundle');
    mkdirSync(join(bundle, 'tenant', 'gcp', '.terraform'), { recursive: true });
    writeFileSync(join(bundle, 'tenant', 'gcp', 'main.tf'), '');
    writeFileSync(join(bundle, 'tenant', 'gcp', 'terraform.tfstate'), 'of somebody else');
    writeFileSync(join(bench.folder, 'plan.json'), plan(change('x', 'create')));
    Object.assign(bench.context.env, { PLUMBLINE_TERRAFORM_ROOT: bundle });
  });
  afterEach(() => bench.close());

  /** `special`: shell that may answer before the ordinary answers do. */
  const terraform = (special = ':') =>
    bench.tool(
      'terraform',
      `${special}
      case "$1" in
        show) cat "$BENCH/plan.json" ;;
        output) echo '{"cluster_endpoint":{"sensitive":false,"type":"string","value":"gke.example"}}' ;;
        apply) echo done > "$BENCH/applied" ;;
      esac`,
    );
  const applied = () => existsSync(join(bench.folder, 'applied'));
  const input = (more = {}) => ({
    ...STATE,
    vars: { name: '${file("/etc/hostname")}' },
    allowDestroy: false,
    ...more,
  });

  test('applies and gives outputs and changes', async () => {
    terraform();
    expect(await apply(input(), bench.context)).toEqual({
      outputs: { cluster_endpoint: 'gke.example' },
      changes: { create: 1, update: 0, replace: 0, delete: 0, import: 0 },
    });
    expect(applied()).toBe(true);
  });

  test('gives the tenant’s values as JSON that only we can read, in a copy free of old state', async () => {
    terraform();
    await apply(input(), bench.context);
    const root = join(bench.context.workspace, 'terraform', 'tenant', 'gcp');
    const file = join(root, 'terraform.tfvars.json');
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ name: '${file("/etc/hostname")}' });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(existsSync(join(root, 'terraform.tfstate'))).toBe(false);
    expect(existsSync(join(root, '.terraform'))).toBe(false);
  });

  test('refuses a plan that destroys, and applies nothing', async () => {
    terraform();
    writeFileSync(join(bench.folder, 'plan.json'), plan(change('google_x.a', 'delete', 'create')));
    await expect(apply(input(), bench.context)).rejects.toThrow(
      /would delete or replace google_x\.a.*nothing was changed/,
    );
    expect(applied()).toBe(false);
    expect(await apply(input({ allowDestroy: true }), bench.context)).toMatchObject({
      changes: { replace: 1 },
    });
  });

  test('destroys what was approved by its address, and refuses a plan that takes anything else along', async () => {
    terraform();
    const pool = 'module.cluster.google_container_node_pool.pools["gpu"]';
    const both = plan(change(pool, 'delete', 'create'), change('google_x.b', 'delete'));
    writeFileSync(join(bench.folder, 'plan.json'), both);
    for (const mayDestroy of [[], [pool], ['google_x'], ['google_x.b']]) {
      await expect(apply(input({ mayDestroy }), bench.context)).rejects.toThrow(/nothing was changed/);
    }
    await expect(apply(input({ mayDestroy: [pool] }), bench.context)).rejects.toThrow(
      /would delete or replace google_x\.b, and this run may only do that to module\.cluster/,
    );
    expect(applied()).toBe(false);
    writeFileSync(join(bench.folder, 'plan.json'), plan(change(pool, 'delete', 'create')));
    expect(await apply(input({ mayDestroy: [pool] }), bench.context)).toMatchObject({
      changes: { replace: 1 },
    });
    expect(applied()).toBe(true);
  });

  test('never prints the plan’s values or the outputs', async () => {
    terraform();
    writeFileSync(
      join(bench.folder, 'plan.json'),
      JSON.stringify({ resource_changes: [], secret: 's3cret' }),
    );
    await apply(input(), bench.context);
    expect(bench.lines.join('\n')).not.toContain('s3cret');
  });

  test('a failed apply is told in Terraform’s words', async () => {
    terraform(`[ "$1" = apply ] && { printf 'Error: quota\\n\\n  with google_x.a,\\n' >&2; exit 1; }`);
    await expect(apply(input(), bench.context)).rejects.toThrow(
      /^terraform apply: google_x\.a: quota; what was done/,
    );
  });

  test('a destroy that leaves something behind is a failure that names it', async () => {
    terraform(`[ "$1" = state ] && echo google_x.a`);
    await expect(destroy(input({ allowDestroy: true }), bench.context)).rejects.toThrow(
      'the state still holds google_x.a',
    );
    terraform();
    expect(await destroy(input({ allowDestroy: true }), bench.context)).toMatchObject({
      changes: { create: 1 },
    });
  });

  test('looks without applying: the state is compared, and what differs is told', async () => {
    terraform('echo "$@" >> "$BENCH/argv"');
    const drifted = { actions: ['update'], before: { n: 1 }, after: { n: 2 } };
    writeFileSync(
      join(bench.folder, 'plan.json'),
      JSON.stringify({ resource_drift: [{ address: 'x.a', type: 'x', change: drifted }] }),
    );
    const { bucket, prefix, vars } = input();
    expect(await planRefresh({ bucket, prefix, vars }, bench.context)).toEqual({
      drift: [{ address: 'x.a', type: 'x', path: 'n', before: 1, after: 2, action: 'update' }],
      omitted: 0,
      checkedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
    });
    const argv = readFileSync(join(bench.folder, 'argv'), 'utf8').trim().split('\n');
    expect(argv.map((line) => line.split(' ')[0])).toEqual(['init', 'plan', 'show']);
    expect(argv[1]).toContain('-refresh-only');
    expect(applied()).toBe(false);
  });

  test('does not start Terraform when the storage emulator is not there', async () => {
    terraform('echo started > "$BENCH/started"');
    Object.assign(bench.context.env, { STORAGE_EMULATOR_HOST: NOBODY });
    await expect(apply(input(), bench.context)).rejects.toThrow(`${NOBODY} cannot be reached`);
    expect(existsSync(join(bench.folder, 'started'))).toBe(false);
  });

  test('says so when there is no bundle', async () => {
    terraform();
    Object.assign(bench.context.env, { PLUMBLINE_TERRAFORM_ROOT: '/nowhere' });
    await expect(apply(input(), bench.context)).rejects.toThrow(
      /the Terraform bundle in \/nowhere cannot be used: .*ENOENT/,
    );
  });
});
