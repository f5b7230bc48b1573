/**
 * What it costs to know whether a tenant has drifted: a whole pass, by tenant, against `terraform plan -detailed-exitcode` of the
 * same tenant on the same local cloud. The cloud and its provider run in a process of their own and count for neither.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initArguments } from '../cloudbuild-steps/terraform/commands.ts';
import { connect } from '../reconciler/clouds/connect.ts';
import { follow } from '../reconciler/follow.ts';
import { terraformEnvironment } from '../reconciler/local/control.ts';
import { startLocal, type RunningLocal } from '../reconciler/local/start.ts';
import type { Json } from '../reconciler/model.ts';
import type { Ports } from '../reconciler/ports.ts';
import { reconcile } from '../reconciler/reconcile.ts';
import { renderText } from '../reconciler/report/text.ts';
import { statePrefix } from '../reconciler/names.ts';
import { loadSettings } from '../reconciler/settings.ts';
import { tfvarsOf } from '../reconciler/tfvars.ts';
import { findTool, ToolMissing } from '../reconciler/tools/find.ts';
import { tenant } from '../test/support/records.ts';
import { cpuOfAsync, ratioOf, show } from './ratio.ts';

const ROUNDS = 7;
/** Until the compiler has seen enough of a pass. */
const WARM_UP = 15;
/** Each is provisioned by a real run first, which takes the bench a minute. */
const FLEET = Array.from({ length: 12 }, (_, n) => `acme-${String(n)}`);
/** Cloud time: a cluster takes five minutes of it. */
const SPEED = 200;

/** One line; without Terraform, one that says so. */
export async function benchTerraform(line: (text: string) => void): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'plumb-bench-terraform-'));
  try {
    const { path } = await findTool('terraform');
    const local = await startLocal({ dataDir: folder, speed: SPEED, store: 'embedded' });
    try {
      line(show(await measure(path, folder, local)));
    } finally {
      await local.stop();
    }
  } catch (error) {
    if (!(error instanceof ToolMissing)) throw error;
    line(`a pass / terraform plan: left out, ${error.message}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(terraform: string, folder: string, local: RunningLocal) {
  const settings = loadSettings({ flags: {}, env: { PLUMBLINE_LOCAL: local.infoFile }, cwd: folder });
  const platform = settings.platform();
  const ports = await connect({ ...settings, platform });
  const records = FLEET.map((name, n) =>
    tenant(name, ({ spec }) => {
      spec.network.subnet = {
        range: `10.${n}.0.0/20`,
        pods: `10.${100 + n}.0.0/16`,
        services: `10.${n}.32.0/20`,
      };
    }),
  );
  for (const record of records) {
    const { name } = record.metadata;
    const by = { author: 'bench', reason: 'bench' };
    await ports.store.applyTenant({ name, record: record as unknown as Json, ...by });
  }
  let runs = 0;
  /** Everything is read in full, as by a pass that knows of no other. */
  const pass = async (): Promise<boolean> => {
    const freshness = { fullEvery: 1, sample: 0 };
    const runId = `bench-${String((runs += 1))}`;
    const report = await reconcile(ports, { platform, dryRun: false, runId, freshness });
    renderText(report);
    return report.summary.verdicts['in-sync'] === FLEET.length;
  };
  await untilInSync(ports, pass);
  const [first] = records;
  if (first === undefined) throw new Error('no tenant to measure');
  const plan = planner(terraform, join(folder, 'plan'), {
    vars: tfvarsOf(first),
    env: {
      ...(await terraformEnvironment(local, first.spec.project)),
      STORAGE_EMULATOR_HOST: local.endpoints['storage'] ?? '',
    },
    state: { bucket: platform.stateBucket, prefix: statePrefix(first.metadata.name) },
  });
  plan();
  for (let round = 0; round < WARM_UP; round += 1) await pass();
  const pairs: (readonly [number, number])[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const ours = await cpuOfAsync(async () => {
      if (!(await pass())) throw new Error('the fleet drifted under the bench');
    });
    pairs.push([ours / FLEET.length, plan()]);
  }
  await ports.store.close();
  const ratio = ratioOf(`a pass over ${FLEET.length} tenants, by tenant / terraform plan of one`, pairs);
  return { ...ratio, name: `${ratio.name}: ${(1 / ratio.median).toFixed(0)} times less`.padEnd(58) };
}

async function untilInSync(ports: Ports, pass: () => Promise<boolean>): Promise<void> {
  for (let round = 0; round < 5; round += 1) {
    if (await pass()) return;
    await follow(ports, FLEET, { everyMs: 50 });
  }
  throw new Error('the fleet did not come to be in sync');
}

/** CPU milliseconds of one plan, of the terraform process alone. */
function planner(
  terraform: string,
  folder: string,
  {
    vars,
    env,
    state,
  }: {
    readonly vars: Json;
    readonly env: Readonly<Record<string, string>>;
    readonly state: Parameters<typeof initArguments>[0];
  },
): () => number {
  cpSync(join(import.meta.dirname, '..', 'terraform'), folder, { recursive: true });
  const cwd = join(folder, 'tenant', 'gcp');
  writeFileSync(join(cwd, 'terraform.tfvars.json'), JSON.stringify(vars));
  // The shell's `time` counts what it has waited for; Node tells nothing about one child alone.
  const run = (args: readonly string[]) =>
    spawnSync('bash', ['-c', 'TIMEFORMAT="cpu %U %S"; time "$0" "$@"', terraform, ...args], {
      cwd,
      encoding: 'utf8',
      env: { ...process.env, TF_IN_AUTOMATION: '1', CHECKPOINT_DISABLE: '1', ...env },
    });
  const must = (args: readonly string[]): string => {
    const { status, stdout, stderr } = run(args);
    if (status !== 0)
      throw new Error(`terraform ${args[0] ?? ''} ended with ${String(status)}:\n${stdout}${stderr}`);
    return stderr;
  };
  must(initArguments(state));
  return () => {
    const told = must(['plan', '-input=false', '-no-color', '-detailed-exitcode']);
    const [, user = '', system = ''] = /cpu ([\d.]+) ([\d.]+)/.exec(told) ?? [];
    return (Number(user) + Number(system)) * 1000;
  };
}
