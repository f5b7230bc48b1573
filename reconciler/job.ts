/**
 * The job's entry point, as Cloud Run starts it: one pass (or one round of health checks) over this task's share of
 * the fleet. Logs are one JSON line per event on stderr, with Cloud Logging's severities.
 */
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import pino from 'pino';
import { connect } from './clouds/connect.ts';
import { describe } from './error-text.ts';
import { healthChecks } from './health.ts';
import type { Platform } from './model.ts';
import type { Ports } from './ports.ts';
import { reconcile } from './reconcile.ts';
import { packageVersion } from './local/paths.ts';
import { loadSettings, type Settings } from './settings.ts';

const SEVERITIES: Readonly<Record<string, string>> = {
  trace: 'DEBUG',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARNING',
  error: 'ERROR',
  fatal: 'CRITICAL',
};

interface JobOptions {
  readonly health: boolean;
  readonly dryRun: boolean;
  readonly runId: string;
  readonly shard: { readonly index: number; readonly count: number };
}

function optionsOf(argv: readonly string[], env: NodeJS.ProcessEnv): JobOptions {
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
    runId: runIdOf(env),
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
  const log = pino(
    {
      messageKey: 'message',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ severity: SEVERITIES[label] ?? 'DEFAULT' }), bindings: () => ({}) },
    },
    pino.destination({ dest: 2, sync: true }),
  );
  try {
    const options = optionsOf(process.argv.slice(2), process.env);
    const settings = loadSettings({ flags: {}, env: process.env, cwd: process.cwd() });
    const platform = settings.platform();
    const ports = await connect({ ...settings, platform, tasks: options.shard.count });
    // The Spanner client swallows both signals; every step of a pass may be cut, the next one carries on.
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      process.removeAllListeners(signal);
      process.on(signal, () => {
        log.warn({ run: options.runId, signal }, 'stopped; the next pass carries on');
        process.exit(143);
      });
    }
    await run(
      ports,
      { ...options, ...settings, platform },
      log.child({ run: options.runId, task: options.shard.index }),
    );
    await ports.store.close();
  } catch (error) {
    log.error({ error: describe(error) }, 'the job could not run');
    process.exitCode = 1;
  }
}

type RunOptions = JobOptions &
  Pick<Settings, 'breaker' | 'deepCheck' | 'notify' | 'operators' | 'pass' | 'policy' | 'reports'> & {
    readonly platform: Platform;
  };

async function run(ports: Ports, { platform, ...options }: RunOptions, log: pino.Logger): Promise<void> {
  if (options.health) {
    for (const { tenant, intent, message } of await healthChecks(ports, platform, { shard: options.shard })) {
      log.info({ tenant, intent, result: message }, 'health check');
    }
    return;
  }
  const report = await reconcile(ports, {
    ...options,
    platform,
    policy: options.policy,
    dryRun: options.dryRun,
    shard: options.shard,
    runId: options.runId,
    breaker: options.breaker,
    deepCheck: options.deepCheck,
    operators: options.operators,
    notify: options.notify,
    reports: options.reports,
    version: packageVersion(),
    ...options.pass,
    onEvent: ({ type, ...details }) => log[type === 'problem' ? 'warn' : 'info'](details, type),
  });
  if (report.breaker !== null) log.error({ breaker: report.breaker }, 'the breaker is open');
  log.info({ summary: report.summary }, 'pass finished');
}

await main();
