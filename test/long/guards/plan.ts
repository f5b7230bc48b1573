/** Which files have guards, and which tests judge a change of each, the cheapest first. */

const IN_ROOM = (name: string): string => `test/workflow-defs/${name}.test.ts`;

const first = (...names: readonly string[]): readonly string[] =>
  [...new Set([...names, 'check', 'expression', 'document', 'render', 'compile', 'two-checkers'])].map(
    IN_ROOM,
  );
const RUNNING = ['faults', 'patience', 'flows'].map(IN_ROOM);
const LAUNCHING = 'test/reconciler/launchable.test.ts';

export const PLAN: Readonly<Record<string, readonly string[]>> = {
  'workflow-defs/check.ts': first('check'),
  'workflow-defs/compile.ts': [IN_ROOM('compile'), LAUNCHING],
  'workflow-defs/document.ts': first('document'),
  'workflow-defs/expression.ts': first('expression'),
  'workflow-defs/failures.ts': ['failures', 'compile'].map(IN_ROOM),
  'workflow-defs/functions.ts': first('check'),
  'workflow-defs/hash.ts': ['hash', 'compile'].map(IN_ROOM),
  'workflow-defs/limits.ts': [...first('check'), IN_ROOM('patience')],
  'workflow-defs/render.ts': first('document'),
  'workflow-defs/scope.ts': first('check'),
  'workflow-defs/tree.ts': [...first('document'), IN_ROOM('failures')],
  'workflow-defs/flows/decommission.ts': RUNNING,
  'workflow-defs/flows/health-check.ts': RUNNING,
  'workflow-defs/flows/provision.ts': RUNNING,
  'workflow-defs/flows/rebuild.ts': RUNNING,
  'workflow-defs/flows/redeploy.ts': RUNNING,
  'workflow-defs/flows/require.ts': RUNNING,
  'workflow-defs/steps/build.ts': RUNNING,
  'workflow-defs/steps/cleanup.ts': RUNNING,
  'workflow-defs/steps/connectors.ts': RUNNING,
  'workflow-defs/steps/errors.ts': RUNNING,
  'workflow-defs/steps/frame.ts': RUNNING,
  'workflow-defs/steps/health.ts': RUNNING,
  'workflow-defs/steps/ledger.ts': RUNNING,
};
