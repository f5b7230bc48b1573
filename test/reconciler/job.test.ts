/** The job as Cloud Run starts it, a process of its own: what it writes, line by line. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FLEET } from '../../desired-state/store.ts';
import { writeInfo } from '../../reconciler/local/info.ts';
import { birthOf } from '../../reconciler/local/process-birth.ts';
import { sharedCloud } from '../support/cloud.ts';
import { newFleet, type Fleet } from '../support/fleet.ts';
import { answer, httpServer, type TestServer } from '../support/http.ts';
import { otlpReceiver } from '../support/otlp.ts';
import { cleanEnv, inFolder } from './cli/run.ts';

const JOB = join(import.meta.dirname, '../../reconciler/job.ts');
const SEVERITIES = ['INFO', 'WARNING', 'ERROR', 'CRITICAL'];
/** Part of every value that nobody may read. */
const SECRET = 'hunter2';
const RUN = 'nightly-abc12';

type Line = Record<string, unknown> & {
  readonly severity: string;
  readonly message: string;
  readonly time: string;
};

let fleet: Fleet;
let server: TestServer;
let endpoints: Readonly<Record<string, string>>;

beforeAll(async () => {
  fleet = await newFleet();
  await fleet.apply('acme');
  fleet.deployed('acme');
  await fleet.store.issueDirective({
    name: FLEET,
    id: 'quiet',
    kind: 'pause',
    actor: 'ann@example.com',
    reason: 'nothing is to be launched',
    detail: { selector: null },
    uses: 0,
    createdAt: '2026-01-01T00:00:00Z',
    expiresAt: '2999-01-01T00:00:00Z',
    endedAt: null,
    endedBy: null,
  });
  await fleet.leave();
  const change = (path: string, before: string, after: string) => ({
    address: 'google_sql_user.app',
    type: 'google_sql_user',
    action: 'update',
    path,
    before,
    after,
  });
  const database = new DatabaseSync(fleet.file);
  database.prepare("UPDATE Ledger SET deep_check = ? WHERE name = 'acme'").run(
    JSON.stringify({
      intent: 'acme-g1-deep-check-1',
      checkedAt: '2026-03-01T00:00:00Z',
      drift: [
        change('password', `${SECRET}-old`, `${SECRET}-new`),
        change('address', `postgres://app:${SECRET}@10.0.0.1/app`, 'none'),
      ],
      omitted: 0,
    }),
  );
  database.close();
  server = await httpServer((_, response) => answer(response, 503, { error: `no such hook: ${SECRET}` }));
  endpoints = (await sharedCloud()).endpoints;
});
afterAll(async () => {
  fleet.remove();
  await server.close();
});

/** Tells on stdout, where a job never writes, which telemetry libraries are loaded. */
const TELLTALE = `data:text/javascript,${encodeURIComponent(
  `import { registerHooks } from 'node:module';
  registerHooks({ load: (url, context, next) => {
    if (url.includes('@opentelemetry')) process.stdout.write('loaded ');
    return next(url, context);
  } });`,
)}`;

async function job(
  cwd: string,
  file: string,
  more: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; lines: Line[]; stdout: string }> {
  const info = join(cwd, 'local.json');
  const caFile = join(cwd, 'ca.pem');
  mkdirSync(cwd, { recursive: true });
  writeFileSync(caFile, '');
  writeFileSync(
    join(cwd, 'plumbline.yaml'),
    `notify: [{ name: team, type: webhook, url: '${server.url}/${SECRET}?token=${SECRET}' }]\nreports: { bucket: none }\n`,
  );
  writeInfo(info, {
    pid: process.pid,
    birth: birthOf(process.pid) ?? '',
    endpoints,
    caFile,
    store: { kind: 'embedded', file },
    spannerEmulatorHost: null,
    startedAt: '2026-01-01T00:00:00Z',
  });
  const env = cleanEnv({
    PLUMBLINE_LOCAL: info,
    CLOUD_RUN_EXECUTION: RUN,
    CLOUD_RUN_TASK_INDEX: '0',
    CLOUD_RUN_TASK_COUNT: '1',
    ...more,
  });
  const child = spawn(process.execPath, ['--import', TELLTALE, JOB], { cwd, env });
  const text = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (text.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (text.stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  const lines = text.stderr.split('\n').filter((line) => line !== '');
  return { code, stdout: text.stdout, lines: lines.map((line) => JSON.parse(line) as Line) };
}

const isWellFormed = (line: Line): boolean =>
  SEVERITIES.includes(line.severity) && line.message !== '' && !Number.isNaN(Date.parse(line.time));

describe('the log of a pass', () => {
  it('is JSON line by line, with severity, run and tenant, and holds no secret of any finding or target', () =>
    inFolder(async (cwd) => {
      const { code, lines, stdout } = await job(cwd, fleet.file);
      expect([code, stdout]).toEqual([0, '']);
      expect(lines.filter((line) => !isWellFormed(line))).toEqual([]);
      expect(lines.every((line) => line['run'] === `${RUN}-0`)).toBe(true);
      const leaks = lines.filter((line) => JSON.stringify(line).includes(SECRET));
      expect(leaks).toEqual([]);
      const of = (text: RegExp) => lines.find(({ message }) => text.test(message));
      expect(of(/^changed: terraform\/google_sql_user\.app password/)).toMatchObject({
        severity: 'WARNING',
        tenant: 'acme',
        finding: { want: '«secret 1»', have: '«secret 2»' },
        'logging.googleapis.com/labels': { run: `${RUN}-0`, task: '0', tenant: 'acme' },
      });
      expect(of(/notifications? to team wait: it answered 503/)).toMatchObject({ severity: 'WARNING' });
      expect(of(/^a report waits to be written to none/)).toMatchObject({
        severity: 'WARNING',
      });
      expect(lines.at(-1)).toMatchObject({ severity: 'INFO', event: 'finished', summary: { tenants: 1 } });
    }));

  it('has its place in the trace that telemetry sends, and telemetry is loaded only then', () =>
    inFolder(async (cwd) => {
      const receiver = await otlpReceiver();
      const { code, lines, stdout } = await job(cwd, fleet.file, {
        OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      });
      await receiver.close();
      expect([code, stdout]).toEqual([0, expect.stringContaining('loaded') as string]);
      const [root] = receiver.spans.filter(({ name }) => name === 'pass');
      const stages = receiver.spans.filter(({ parentSpanId }) => parentSpanId === root?.spanId);
      expect(stages.map(({ name }) => name).sort()).toEqual(
        ['settle', 'survey', 'sweep', 'look', 'guard', 'launch', 'remember'].sort(),
      );
      expect(new Set(receiver.spans.map(({ traceId }) => traceId)).size).toBe(1);
      const places = lines.map((line) => line['logging.googleapis.com/trace']);
      expect(new Set(places)).toEqual(new Set([`projects/plumbline-platform/traces/${root?.traceId ?? ''}`]));
      expect(receiver.metrics.get('plumbline.tenants')).toContainEqual({
        value: 1,
        verdict: 'paused',
        task: '0',
      });
      expect(receiver.metrics.get('plumbline.findings')).toContainEqual({
        value: 2,
        class: 'changed',
        task: '0',
      });
      expect([...receiver.metrics.keys()].sort()).toEqual([
        'plumbline.calls',
        'plumbline.findings',
        'plumbline.held',
        'plumbline.oldest_observation.age',
        'plumbline.pass.duration',
        'plumbline.tenants',
      ]);
    }));

  it('says at ERROR that the pass failed, and why, and the job ends with 1', () =>
    inFolder(async (cwd) => {
      const file = join(cwd, 'broken.db');
      writeFileSync(file, 'this is no database'.repeat(100));
      const { code, lines } = await job(cwd, file);
      expect(code).toBe(1);
      expect(lines.filter((line) => !isWellFormed(line))).toEqual([]);
      expect(lines.filter(({ severity }) => severity === 'ERROR')).toMatchObject([
        { message: expect.stringMatching(/^the pass failed: .*broken\.db/) as string, run: `${RUN}-0` },
      ]);
    }));
});
