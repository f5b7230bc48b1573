import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../../desired-state/open.ts';
import { parseTenant } from '../../../desired-state/parse.ts';
import { expect as wantsOf } from '../../../reconciler/expect.ts';
import { UNKNOWN_PAST, type Finding, type Json } from '../../../reconciler/model.ts';
import { takenOver } from '../../../reconciler/records/accept.ts';
import { aRecord, withValue } from '../../desired-state/record.ts';
import { EXAMPLES, command, inFolder } from '../cli/run.ts';
import { SAMPLE } from '../report/sample.ts';

const RECORD = withValue(aRecord(), 'spec.workload.env', [{ name: 'LOG_LEVEL', value: 'info' }]);

const finding = (part: Partial<Finding>): Finding => ({
  tenant: 'acme',
  class: 'changed',
  plane: 'gcp',
  resource: 'node-pool/cpu',
  kind: 'node-pool',
  field: 'autoscaling.maxNodeCount',
  want: 3,
  have: 8,
  from: 'spec.cluster.nodePools[cpu].max',
  risk: 'in-place',
  message: '',
  source: '',
  at: '2026-03-01T10:00:05Z',
  since: '2026-03-01T10:00:05Z',
  ...UNKNOWN_PAST,
  ...part,
});

/** As a pass finds it: the record's place is the one the want names. */
function changed(resource: string, field: string, have: Json): Finding {
  const parsed = parseTenant(RECORD);
  if (!parsed.ok) throw new Error('the record is wrong');
  const want = wantsOf(parsed.tenant, null).find(({ id }) => id === resource);
  const from = want?.fields[field]?.from;
  if (from === undefined) throw new Error(`nothing wants ${resource} ${field}`);
  return finding({ resource, field, have, from });
}

describe('a drift that is taken over', () => {
  it('becomes the value of the record’s field behind it', () => {
    const cases: [Finding, string, Json][] = [
      [changed('node-pool/cpu', 'autoscaling.maxNodeCount', 8), 'spec.cluster.nodePools.0.max', 8],
      [changed('nat/acme-nat', 'minPortsPerVm', 128), 'spec.network.nat', { minPortsPerVm: 128 }],
      [changed('autoscaler/web', 'maxReplicas', 9), 'spec.workload.autoscaling', { max: 9 }],
      [
        changed('deployment/web', 'containers[web].env[LOG_LEVEL]', 'debug'),
        'spec.workload.env.0.value',
        'debug',
      ],
    ];
    for (const [found, path, value] of cases) {
      expect(takenOver(RECORD, found)).toEqual({ ok: true, value: withValue(RECORD, path, value) });
    }
  });

  it('leaves the record when the thing itself is gone', () => {
    const two = withValue(RECORD, 'spec.cluster.nodePools', [
      { name: 'cpu', machineType: 'e2-standard-4', min: 1, max: 3 },
      { name: 'old', machineType: 'e2-standard-4', min: 1, max: 3 },
    ]);
    const gone = finding({
      class: 'missing',
      resource: 'node-pool/old',
      field: null,
      have: 'absent',
      from: 'spec.cluster.nodePools[old]',
    });
    expect(takenOver(two, gone)).toEqual({ ok: true, value: RECORD });
  });

  it.each<[string, Partial<Finding>, string]>([
    ['without a place in the record', { from: null }, 'no field of the record stands behind it'],
    ['that is pending', { class: 'pending' }, 'the record asks for it already'],
    ['that could not be read', { class: 'unreadable' }, 'no value that a record could hold'],
    ['of a whole resource', { class: 'extra', field: null }, 'no field for a whole resource'],
    ['that Terraform masks', { have: { value: '(sensitive)' } }, 'its value is sensitive'],
    [
      'of a variable named as secrets are',
      { from: 'spec.workload.env[DB_PASSWORD]' },
      'DB_PASSWORD looks like a secret',
    ],
    [
      'that no record may say',
      { have: 0 },
      'the record would be wrong: spec.cluster.nodePools[cpu].min is 1, above max',
    ],
    [
      'of something the record would still want',
      { class: 'missing', resource: 'nat/acme-nat', field: null, have: 'absent', from: 'spec.network.nat' },
      'without spec.network.nat the record would still ask for it',
    ],
    [
      'that the field does not decide',
      { field: 'management.autoRepair', have: 5 },
      'the record would ask for true',
    ],
  ])('is refused: one %s', (_, part, why) => {
    const result = takenOver(RECORD, finding(part));
    expect(result.ok ? 'taken over' : result.problem).toContain(why);
  });
});

describe('plumb accept', () => {
  async function afterAPass(use: (run: (...args: string[]) => ReturnType<typeof command>) => Promise<void>) {
    await inFolder(async (cwd) => {
      const options = { cwd, env: { PLUMBLINE_STORE: 'embedded', PLUMBLINE_AS: 'ops@example.com' } };
      await command(['apply', '-f', join(EXAMPLES, 'acme.yaml')], options);
      const store = await openStore({ kind: 'embedded', file: join(cwd, '.plumbline', 'plumbline.db') });
      await store.saveRun({ report: SAMPLE, opened: [], resolved: [] });
      await store.close();
      await use((...args) => command(args, options));
    });
  }

  it('edits the record in place and says why in its history', async () => {
    await afterAPass(async (run) => {
      const done = await run('accept', 'acme', '--resource', 'node-pool/gpu');
      expect([done.code, done.stdout]).toEqual([0, 'tenant/acme configured\n']);
      expect(done.stderr).toContain('~ spec.cluster.nodePools[gpu].max: 2 → 8');
      expect((await run('history', 'acme')).stdout).toContain(
        '  accepted as it is: node-pool/gpu autoscaling.maxNodeCount\n',
      );
      // What the pass told was about the record before: it would have to look anew, and here is nothing to look at.
      const again = await run('accept', 'acme', '--resource', 'node-pool/gpu');
      expect([again.code, again.stderr]).toEqual([1, expect.stringContaining('PLUMBLINE_')]);
      expect((await run('history', 'acme')).stdout).toContain('(revision 2)');
      expect((await run('history', 'acme')).stdout).not.toContain('(revision 3)');
    });
  });

  it('refuses what has no place in the record, and looks for what no pass has told', async () => {
    await afterAPass(async (run) => {
      const extra = await run('accept', 'acme', '--resource', 'deployment/hello');
      expect(extra.code).toBe(1);
      expect(extra.stderr).toMatch(
        /deployment\/hello .*cannot be taken over: no field of the record stands behind it/,
      );
      const none = await run('accept', 'acme', '--resource', 'node-pool/cpu');
      expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('PLUMBLINE_')]);
    });
  });
});
