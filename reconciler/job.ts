/**
 * The job's entry point, as Cloud Run starts it: one pass (or one round of health checks) over this task's share of
 * the fleet. What it has to say goes to its log, see job-log.ts.
 */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { connect } from './clouds/connect.ts';
import { withTelemetry } from './clouds/with-telemetry.ts';
import { healthChecks } from './health.ts';
import { JobLog, takeOverStderr } from './job-log.ts';
import type { Platform } from './model.ts';
import type { Ports } from './ports.ts';
import { reconcile } from './reconcile.ts';
import { packageVersion } from './local/paths.ts';
import { loadSettings, type Settings } from './settings.ts';

interface JobOptions {
  readonly health: boolean;
  readonly dryRun: boolean;
  readonly runId: string;
  readonly shard: { readonly index: number; readonly count: number };
}

function optionsOf(argv: readonly string[], env: NodeJS.ProcessEnv, runId: string): JobOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      health: { type: 'boolean', default: false },
      'dry-run': { type: 'boolean', default: false },
    },
  });
  return {
    health: values.health,
    dryRun: values['dry-run'],
    runId,
    shard: shardOf(env),
  };
}

/** A retried task continues its own run; tasks of one execution are runs of their own. */
function runIdOf(env: NodeJS.ProcessEnv): string {
  const execution = env['CLOUD_RUN_EXECUTION'];
  if (env['PLUMBLINE_RUN_ID'] !== undefined) return env['PLUMBLINE_RUN_ID'];
  return execution === undefined ? randomUUID() : `${execution}-${env['CLOUD_RUN_TASK_INDEX'] ?? '0'}`;
}

/** Cloud Run numbers the tasks of an execution; each takes the tenants whose name hashes to its number. */
function shardOf(env: NodeJS.ProcessEnv): { index: number; count: number } {
  const index = Number(env['CLOUD_RUN_TASK_INDEX'] ?? 0);
  const count = Number(env['CLOUD_RUN_TASK_COUNT'] ?? 1);
  if (!Number.isInteger(index) || !Number.isInteger(count) || count < 1 || index < 0 || index >= count) {
    throw new Error(`CLOUD_RUN_TASK_INDEX and _COUNT are ${index} and ${count}: not a share of the fleet`);
  }
  return { index, count };
}

async function main(): Promise<void> {
  const runId = runIdOf(process.env);
  const log = new JobLog({ run: runId, task: Number(process.env['CLOUD_RUN_TASK_INDEX'] ?? 0) });
  takeOverStderr(log);
  try {
    const options = optionsOf(process.argv.slice(2), process.env, runId);
    const settings = loadSettings({ flags: {}, env: process.env, cwd: process.cwd() });
    const platform = settings.platform();
    const ports = await connect({ ...settings, platform, tasks: options.shard.count });
    // The Spanner client swallows both signals; every step of a pass may be cut, the next one carries on.
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.removeAllListeners(signal);
      process.on(signal, () => {
        log.line('warn', 'stopped; the next pass carries on', { signal });
        process.exit(143);
      });
    }
    try {
      await run(ports, { ...options, ...settings, platform }, log);
    } finally {
      await ports.store.close();
    }
  } catch (error) {
    log.failure('the pass failed', error);
    process.exitCode = 1;
  }
}

type RunOptions = JobOptions & Omit<Settings, 'platform'> & { readonly platform: Platform };

async function run(ports: Ports, { platform, ...options }: RunOptions, log: JobLog): Promise<void> {
  if (options.health) {
    for (const { tenant, intent, message } of await healthChecks(ports, platform, { shard: options.shard })) {
      log.line('info', `${tenant}: ${message}`, { event: 'health-check', tenant, intent });
    }
    return;
  }
  const { runId, shard } = options;
  const version = packageVersion();
  const onProblem = (message: string) => log.line('warn', message, { event: 'problem' });
  await withTelemetry(options.telemetry, { run: runId, shard, version, onProblem }, async (telemetry) => {
    if (telemetry !== null) log.traceIn(platform.project, () => telemetry.place());
    const report = await reconcile(ports, {
      ...options,
      ...options.pass,
      platform,
      version,
      ...(telemetry !== null && { stage: telemetry.stage }),
      onEvent: (event) => log.event(event),
    });
    log.report(report);
    return report;
  });
}

await main();
