/**
 * `npm run demo`: three tenants are built, drift, are seen, healed, rebuilt, refused and decommissioned, for real, on
 * this machine. The story goes to stderr; with --json one document goes to stdout.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { describe } from '../reconciler/error-text.ts';
import { versionOf } from '../reconciler/tools/version.ts';
import { applyRecords, firstPass, secondPass } from './chapters/build.ts';
import { checkHealth, fourthPass, orderFaults, thirdPass } from './chapters/drift.ts';
import { writeReports } from './chapters/report.ts';
import { decommission, rebuild } from './chapters/requests.ts';
import { progressTo, type Progress } from './progress.ts';
import { StoryBroken, type DemoResult } from './result.ts';
import { setStage, type Stage } from './stage.ts';

const USAGE = `Usage: npm run demo [-- --json] [--store=spanner|embedded] [--report-dir=DIR]

  --json             print exactly one JSON document on stdout
  --store            force the store; default: the Spanner emulator when it is found, else the embedded store
  --report-dir DIR   where the drift report is written; default: .plumbline/demo
`;

interface Options {
  readonly json: boolean;
  readonly store: 'spanner' | 'embedded' | undefined;
  readonly reportDir: string;
}

function parseOptions(): Options | undefined {
  try {
    const { values } = parseArgs({
      options: {
        json: { type: 'boolean', default: false },
        store: { type: 'string' },
        'report-dir': { type: 'string', default: join('.plumbline', 'demo') },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      process.stdout.write(USAGE);
      return undefined;
    }
    const { store } = values;
    if (store !== undefined && store !== 'spanner' && store !== 'embedded') {
      throw new Error(`--store takes spanner or embedded, not "${store}"`);
    }
    return { json: values.json, store, reportDir: resolve(values['report-dir']) };
  } catch (error) {
    process.stderr.write(`demo: ${describe(error)}\n\n${USAGE}`);
    process.exitCode = 2;
    return undefined;
  }
}

async function main(): Promise<void> {
  const options = parseOptions();
  if (options === undefined) return;
  const started = performance.now();
  const progress = progressTo(process.stderr);
  const result: DemoResult = {
    ok: false,
    store: 'none',
    tools: { node: process.versions.node, terraform: '', kubectl: '' },
    seconds: 0,
    passes: [],
    rebuild: { owner: '', other: '' },
    decommission: { status: '', left: [] },
    report: { json: '', html: '' },
  };
  const dataDir = mkdtempSync(join(tmpdir(), 'plumb-demo-'));
  try {
    await play(options, progress, result, dataDir);
    result.ok = true;
  } catch (error) {
    const step = error instanceof StoryBroken ? error.step : 'the stage';
    result.failed = { step, reason: describe(error) };
    progress.failed(`${step}: ${describe(error)}`);
    process.exitCode = 1;
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
  result.seconds = Math.round((performance.now() - started) / 100) / 10;
  if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  if (result.ok) progress.line(`done in ${result.seconds} s; the report is ${result.report.html}`);
}

async function play(
  options: Options,
  progress: Progress,
  result: DemoResult,
  dataDir: string,
): Promise<void> {
  mkdirSync(options.reportDir, { recursive: true });
  progress.step('The local cloud and the store start');
  const stage = await setStage({ dataDir, store: options.store, progress });
  const end = stopOnSignal(stage, dataDir);
  try {
    result.store = stage.local.store.kind;
    result.tools = await versions(stage);
    progress.line(`store: ${stage.ports.store.description}`);
    progress.line(
      `terraform ${result.tools.terraform}, kubectl ${result.tools.kubectl}, node ${result.tools.node}`,
    );
    const tenants = await applyRecords(stage);
    await firstPass(stage, result);
    await secondPass(stage, result);
    await orderFaults(stage, tenants);
    await checkHealth(stage);
    const drift = await thirdPass(stage, result);
    await fourthPass(stage, result);
    await rebuild(stage, result);
    await decommission(stage, result, tenants);
    await writeReports(stage, result, drift, options.reportDir);
  } finally {
    end();
    await stage.close();
  }
}

async function versions({ local: { tools } }: Stage): Promise<DemoResult['tools']> {
  const [terraform, kubectl] = await Promise.all([
    versionOf('terraform', tools.terraform),
    versionOf('kubectl', tools.kubectl),
  ]);
  return { node: process.versions.node, terraform, kubectl };
}

/** Ctrl-C ends the story and everything it started. */
function stopOnSignal(stage: Stage, dataDir: string): () => void {
  const stop = (signal: NodeJS.Signals) => {
    process.stderr.write(`\ndemo: ${signal}, stopping\n`);
    void stage.close().finally(() => {
      rmSync(dataDir, { recursive: true, force: true });
      process.exit(130);
    });
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return () => {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  };
}

await main();
