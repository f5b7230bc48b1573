/** Asking the endpoint from inside the tenant's network. */
import type { Platform } from '../../reconciler/model.ts';
import { choose, expr, when, type Step } from '../tree.ts';
import { runBuild } from './build.ts';

/** Expects `url`; leaves the `HealthResult` in `health_check.output`. An unhealthy answer is an answer, no error. */
export const askHealth = (platform: Platform): readonly Step[] =>
  runBuild(
    platform,
    {
      tag: 'health',
      what: 'the health check',
      program: 'health-check',
      action: 'ask',
      where: 'pool',
      input: {
        url: expr('url'),
        path: expr('args.health.path'),
        attempts: expr('args.health.attempts'),
        intervalSeconds: expr('args.health.intervalSeconds'),
      },
      // One attempt takes at most 15 s (three requests of 5 s), and the worker some time to start.
      timeout: expr('string(args.health.attempts * (args.health.intervalSeconds + 20) + 600) + "s"'),
    },
    'health_check',
  );

/** The same, and an unhealthy answer ends the flow; the error carries it, so that the ledger shows it. */
export const requireHealth = (platform: Platform): readonly Step[] => [
  ...askHealth(platform),
  choose(
    'require_health',
    when(expr('not health_check.output.healthy'), {
      raise: {
        message: expr(
          '"the endpoint is unhealthy: " + health_check.output.url + " " + health_check.output.reason + " (build " + health_check.id + ", log " + health_check.log + ")"',
        ),
        build: expr('health_check.id'),
        log: expr('health_check.log'),
        health: expr('health_check.output'),
      },
    }),
  ),
];
