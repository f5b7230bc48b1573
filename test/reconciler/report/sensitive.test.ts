import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Finding, RunReport } from '../../../reconciler/model.ts';
import { renderHtml } from '../../../reconciler/report/html.ts';
import { renderJson } from '../../../reconciler/report/json.ts';
import { renderJunit } from '../../../reconciler/report/junit.ts';
import { renderMarkdown } from '../../../reconciler/report/markdown.ts';
import { renderSarif } from '../../../reconciler/report/sarif.ts';
import { isSensitive, masked } from '../../../reconciler/report/sensitive.ts';
import { renderText } from '../../../reconciler/report/text.ts';
import { renderYaml } from '../../../reconciler/report/yaml.ts';
import { IN_SYNC, SAMPLE, finding, tenant } from './sample.ts';

const of = (...findings: Partial<Finding>[]): RunReport => ({
  ...IN_SYNC,
  tenants: [
    tenant({
      name: 'acme',
      verdict: 'drift',
      findings: findings.map((part) => finding({ class: 'changed', resource: 'deployment/web', ...part })),
    }),
  ],
});
const sidesOf = (report: RunReport) =>
  report.tenants.flatMap(({ findings }) => findings.map(({ want, have }) => [want, have]));

describe('a sensitive field', () => {
  it.each([
    ['deployment', 'containers[web].env[DB_PASSWORD]'],
    ['deployment', 'containers[web].env[STRIPE_API_KEY]'],
    ['deployment', 'containers[web].env[accessToken]'],
    ['deployment', 'containers[web].env[DATABASE_DSN]'],
    ['database', 'rootPassword'],
    ['uptime-check', 'httpCheck.authInfo.password'],
    ['secret', 'data.anything'],
    ['secret', 'stringData[x]'],
  ])('of a %s is %s', (kind, path) => {
    expect(isSensitive(kind, path)).toBe(true);
  });

  it.each([
    ['deployment', 'containers[web].env[LOG_LEVEL]'],
    ['deployment', 'containers[web].env[KEYBOARD]'],
    ['deployment', 'containers[web].image'],
    ['deployment', 'imagePullSecrets[0].name'],
    ['cluster', 'databaseEncryption.keyName'],
    ['secret', 'metadata.labels[app]'],
    ['secret', 'replication'],
    ['node-pool', 'autoscaling.maxNodeCount'],
  ])('of a %s is not %s', (kind, path) => {
    expect(isSensitive(kind, path)).toBe(false);
  });
});

describe('a report for people', () => {
  const field = 'containers[web].env[DB_PASSWORD]';

  it('shows of a secret only whether it equals another', () => {
    const report = masked(of({ field, want: 'one', have: 'two' }, { field, want: 'two', have: 'two' }));
    expect(sidesOf(report)).toEqual([
      ['«secret 1»', '«secret 2»'],
      ['«secret 2»', '«secret 2»'],
    ]);
  });

  it('keeps numbers, truth values and nothing as they are', () => {
    const report = of(
      { field: 'automountServiceAccountToken', want: false, have: true },
      { field, want: null, have: 5 },
    );
    expect(masked(report)).toBe(report);
  });

  it('finds secrets inside of values: by key, by the name of an entry, and by how they look', () => {
    const have = [
      { name: 'DB_PASSWORD', value: 'hunter2' },
      { name: 'LOG_LEVEL', value: 'debug' },
      { auth: { token: 'abcdef' } },
      'postgres://app:hunter2@db/app',
      'Authorization: Bearer abcdefghijkl',
    ];
    expect(sidesOf(masked(of({ have })))).toEqual([
      [
        null,
        [
          { name: 'DB_PASSWORD', value: '«secret 1»' },
          { name: 'LOG_LEVEL', value: 'debug' },
          { auth: { token: '«secret 2»' } },
          '«secret 3»',
          '«secret 4»',
        ],
      ],
    ]);
  });

  it('takes a secret out of the sentence about it as well', () => {
    const report = masked(of({ field, have: 'hunter2', message: 'it is hunter2 now' }));
    expect(report.tenants[0]?.findings[0]?.message).toBe('it is «secret 1» now');
  });

  it('is the report itself where nothing is secret, and masking twice is masking once', () => {
    expect(masked(SAMPLE)).toBe(SAMPLE);
    const once = masked(of({ field, want: 'one', have: 'two' }));
    expect(masked(once)).toEqual(once);
  });

  it('has no secret in it in any format', () => {
    const renderers = [
      renderText,
      renderJson,
      renderYaml,
      renderHtml,
      renderMarkdown,
      renderJunit,
      renderSarif,
    ];
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zA-Z0-9]{12,20}$/), (secret) => {
        const report = of({ field, want: 'x', have: secret, message: `env is ${secret}` });
        for (const render of renderers) {
          expect(render(report)).not.toContain(secret);
          expect(render(report)).toContain('secret 2');
        }
      }),
      { numRuns: 20 },
    );
  });
});
