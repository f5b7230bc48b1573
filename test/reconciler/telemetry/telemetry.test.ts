/** Telemetry never fails a pass, never holds it up for long, and says when it was lost. */
import { afterEach, describe, expect, it } from 'vitest';
import { withTelemetry } from '../../../reconciler/clouds/with-telemetry.ts';
import { measuresOf } from '../../../reconciler/telemetry/measures.ts';
import { answer, httpServer, type TestServer } from '../../support/http.ts';
import { otlpReceiver } from '../../support/otlp.ts';
import { IN_SYNC, SAMPLE } from '../report/sample.ts';

const problems: string[] = [];
let server: TestServer | undefined;
afterEach(async () => {
  problems.length = 0;
  await server?.close();
  server = undefined;
});

const around = (url: string | null, pass: Parameters<typeof withTelemetry>[2], flushMs = 2_000) =>
  withTelemetry(
    url === null ? null : { endpoint: url },
    {
      run: 'run-1',
      shard: { index: 0, count: 1 },
      version: '1.0.0',
      onProblem: (message) => problems.push(message),
      flushMs,
    },
    pass,
  );

describe('telemetry that does not arrive', () => {
  it('fails no pass, and is told once', async () => {
    server = await httpServer((_, response) => answer(response, 400, { message: 'no' }));
    expect(await around(server.url, () => Promise.resolve(IN_SYNC))).toBe(IN_SYNC);
    expect(problems).toEqual([expect.stringMatching(/^telemetry of this pass was lost: /) as string]);
    expect(server.requests.length).toBeGreaterThan(0);
  });

  it('is not waited for longer than the bound, when nobody answers at all', async () => {
    server = await httpServer(() => undefined);
    await around(server.url, () => Promise.resolve(IN_SYNC), 100);
    expect(problems).toHaveLength(1);
  });
});

describe('a pass that fails', () => {
  it('fails as it would without telemetry, and its trace says so', async () => {
    const receiver = await otlpReceiver();
    server = receiver;
    const failure = new Error('the store is away');
    const pass = around(receiver.url, async (telemetry) => {
      await telemetry?.stage('survey', () => Promise.reject(failure));
      return IN_SYNC;
    });
    await expect(pass).rejects.toBe(failure);
    expect(receiver.spans.map(({ name, status }) => [name, status?.code]).sort()).toEqual([
      ['pass', 2],
      ['survey', 2],
    ]);
    expect(problems).toEqual([]);
  });
});

describe('telemetry that is off', () => {
  it('sees nothing', async () => {
    const seen: unknown[] = [];
    const report = await around(null, (telemetry) => {
      seen.push(telemetry);
      return Promise.resolve(IN_SYNC);
    });
    expect([report, seen]).toEqual([IN_SYNC, [null]]);
  });
});

describe('the measures of a pass', () => {
  const points = (name: string, report = SAMPLE) =>
    measuresOf(report).find((each) => each.name === name)?.points ?? [];

  it('say what the report says, with zero for what nobody has', () => {
    const { summary } = SAMPLE;
    for (const [verdict, value] of Object.entries(summary.verdicts)) {
      expect(points('plumbline.tenants')).toContainEqual({ value, attributes: { verdict } });
    }
    for (const [found, value] of Object.entries(summary.findings)) {
      expect(points('plumbline.findings')).toContainEqual({ value, attributes: { class: found } });
    }
    expect(points('plumbline.findings', IN_SYNC).map(({ value }) => value)).toEqual(Array(7).fill(0));
    const held = points('plumbline.held').reduce((sum, { value }) => sum + value, 0);
    expect(held).toBe(SAMPLE.tenants.flatMap((tenant) => tenant.held).length);
  });

  it('measure the age of the oldest observation, and say nothing where there is none', () => {
    const { run, summary } = SAMPLE;
    const oldestObservation = new Date(Date.parse(run.finishedAt) - 90_000).toISOString();
    const report = { ...SAMPLE, summary: { ...summary, oldestObservation } };
    expect(points('plumbline.oldest_observation.age', report)).toEqual([{ value: 90, attributes: {} }]);
    const none = { ...SAMPLE, summary: { ...summary, oldestObservation: null } };
    expect(points('plumbline.oldest_observation.age', none)).toEqual([]);
  });
});
