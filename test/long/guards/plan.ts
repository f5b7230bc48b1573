/** Which files have guards, and which tests judge a change of each. */
import type { Judges } from './order.ts';

const inRoom = (...names: readonly string[]): Judges => ({
  tests: [...new Set(names)].map((name) => `test/workflow-defs/${name}.test.ts`),
});

/** Of what decides by itself: `first` sees most of it. */
const pure = (first: string, ...more: readonly string[]): Judges =>
  inRoom(first, 'check', 'expression', 'document', 'render', 'compile', 'two-checkers', ...more);

/** Of what is written into a definition: what its executions do. */
const RUNNING = inRoom('faults', 'patience', 'flows');

/** The same, of these flows alone; in the names of tests, too, as words. */
const running = (...flows: readonly string[]): Judges => ({
  ...RUNNING,
  named: `(${flows.join('|').replaceAll('-', '[- ]')})`,
});

export const PLAN: Readonly<Record<string, Judges>> = {
  'workflow-defs/check.ts': pure('check'),
  'workflow-defs/compile.ts': {
    tests: [...inRoom('compile').tests, 'test/reconciler/launchable.test.ts'],
  },
  'workflow-defs/document.ts': pure('document'),
  'workflow-defs/expression.ts': pure('expression'),
  'workflow-defs/failures.ts': inRoom('failures', 'compile'),
  'workflow-defs/functions.ts': pure('check'),
  'workflow-defs/hash.ts': inRoom('hash', 'compile'),
  'workflow-defs/limits.ts': pure('check', 'patience'),
  'workflow-defs/render.ts': pure('document'),
  'workflow-defs/scope.ts': pure('check'),
  'workflow-defs/tree.ts': pure('document', 'failures'),
  'workflow-defs/flows/decommission.ts': running('decommission'),
  'workflow-defs/flows/health-check.ts': running('health-check'),
  'workflow-defs/flows/provision.ts': running('provision'),
  'workflow-defs/flows/rebuild.ts': running('rebuild'),
  'workflow-defs/flows/redeploy.ts': running('redeploy'),
  'workflow-defs/flows/require.ts': running('redeploy', 'rebuild', 'provision'),
  'workflow-defs/steps/build.ts': RUNNING,
  'workflow-defs/steps/cleanup.ts': running('decommission'),
  'workflow-defs/steps/connectors.ts': inRoom('patience'),
  'workflow-defs/steps/errors.ts': inRoom('errors', 'faults', 'patience', 'flows'),
  'workflow-defs/steps/frame.ts': RUNNING,
  'workflow-defs/steps/health.ts': running('redeploy', 'rebuild', 'provision'),
  'workflow-defs/steps/ledger.ts': RUNNING,
};
