// The import rules of ARCHITECTURE.md. A room that decides must not be able to touch the world.
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: from },
  to: { pathNot: [...allowed], dependencyTypesNot: ['type-only'] },
});

/** Values in, values out. */
const PURE = [
  'argument',
  'assemble',
  'attribute',
  'compare',
  'coverage',
  'coverage-rules',
  'deed',
  'deep-check',
  'diff',
  'error-text',
  'expect',
  'history',
  'launchable',
  'log-entries',
  'log-question',
  'managers',
  'plan',
  'preview',
  'preview-run',
  'run-record',
  'tfvars',
  'verdict',
].join('|');

const MODEL = '^reconciler/(model|ports|names|json|quantity)\\.ts$';
const RECORD = '^desired-state/(tenant|parse|rules|nearest|duration|canonical|shard)\\.ts$';
const STORE_TYPES = '^desired-state/store\\.ts$';

module.exports = {
  forbidden: [
    {
      name: 'no-circles',
      severity: 'error',
      from: {},
      // Types that know each other are no circle: nothing of them is left when the program runs.
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'local-cloud-stands-alone',
      comment:
        'It speaks over the wire only; sharing code with the product would let both be wrong together.',
      severity: 'error',
      from: { path: '^local-cloud/' },
      to: { path: '^(desired-state|reconciler|manifests|workflow-defs|cloudbuild-steps|demo|bin)/' },
    },
    {
      name: 'nobody-imports-local-cloud',
      severity: 'error',
      from: { path: '^(desired-state|reconciler|manifests|workflow-defs|cloudbuild-steps|demo|bin)/' },
      to: { path: '^local-cloud/' },
    },
    only(
      'pure-rooms-decide',
      `^reconciler/((${PURE})\\.ts$|policy/)`,
      [
        '^reconciler/policy/',
        `^reconciler/(${PURE}|model|ports|names|json|quantity)\\.ts$`,
        '^reconciler/resources/',
        '^manifests/',
        '^workflow-defs/',
        RECORD,
        STORE_TYPES,
      ],
      'No clock, no disk, no network, no vendor SDK: values in, values out.',
    ),
    only('resources-are-pure', '^reconciler/resources/', [
      '^reconciler/resources/',
      '^manifests/',
      MODEL,
      RECORD,
    ]),
    only('reports-are-pure', '^reconciler/report/', [
      '^reconciler/report/',
      '^desired-state/duration\\.ts$',
      '^node_modules/(yaml|zod)/',
      MODEL,
    ]),
    only('notifications-are-decided-purely', '^reconciler/notify/', [
      '^reconciler/notify/',
      '^reconciler/report/',
      '^reconciler/marks\\.ts$',
      '^node_modules/zod/',
      MODEL,
    ]),
    only('measures-are-pure', '^reconciler/telemetry/', [
      '^reconciler/telemetry/',
      '^reconciler/report/words\\.ts$',
      MODEL,
    ]),
    {
      name: 'telemetry-is-loaded-when-it-is-on',
      comment: 'Its libraries cost every start otherwise.',
      severity: 'error',
      from: { path: '^(reconciler|demo)/' },
      to: { path: '^reconciler/clouds/telemetry\\.ts$', dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    only('record-edits-are-pure', '^reconciler/records/', [
      '^reconciler/records/',
      '^reconciler/(expect\\.ts$|resources/|report/refusal\\.ts$)',
      MODEL,
      RECORD,
      '^desired-state/(field-path|json-schema)\\.ts$',
    ]),
    only('manifests-are-pure', '^manifests/', ['^manifests/', MODEL, RECORD]),
    only('workflow-defs-are-pure', '^workflow-defs/', ['^workflow-defs/', MODEL]),
    {
      name: 'the-pass-knows-no-vendor',
      comment: 'reconcile, observe, launch see ports; what stands behind them is chosen by job and cli.',
      severity: 'error',
      from: { path: '^reconciler/[a-z-]+\\.ts$', pathNot: '^reconciler/(job|settings)\\.ts$' },
      to: { path: '^reconciler/(clouds|cli|local|tools)/' },
    },
    {
      name: 'steps-run-alone',
      comment: 'They are copied into an image of their own.',
      severity: 'error',
      from: { path: '^cloudbuild-steps/' },
      to: {
        path: '^(desired-state|reconciler|manifests|workflow-defs|demo)/',
        pathNot: MODEL,
      },
    },
    {
      name: 'vendors-only-in-clouds-and-stores',
      severity: 'error',
      from: {
        path: '^(reconciler|desired-state|manifests|workflow-defs)/',
        pathNot: '^(reconciler/clouds|desired-state/spanner)/',
      },
      to: { path: 'node_modules/(@google-cloud|google-auth-library|@kubernetes|@opentelemetry)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(dist|coverage|test|bench)/' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
