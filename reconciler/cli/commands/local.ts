/** `plumb local …`: the local cloud from a person's side. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ensureCluster, runningInfo, terraformEnvironment } from '../../local/control.ts';
import { exportLines, localEnvironment } from '../../local/env.ts';
import { infoFileOf, isRunning, readInfo } from '../../local/info.ts';
import { kubeconfigOf } from '../../local/kubeconfig.ts';
import { startLocal } from '../../local/start.ts';
import { stopLocal } from '../../local/stop.ts';
import { columns } from '../../report/columns.ts';
import { shortTime } from '../../report/words.ts';
import { EXIT } from '../exit-codes.ts';
import { CliError, UsageError } from '../failure.ts';
import type { Cli } from '../host.ts';

export interface DataOptions {
  readonly data: string;
}

export interface UpOptions extends DataOptions {
  readonly port?: number;
  readonly speed: number;
}

export interface StatusOptions extends DataOptions {
  readonly output: 'table' | 'json';
}

export interface EnvOptions extends DataOptions {
  readonly project: string;
}

/** Stays until it is told to end, or the local cloud ends by itself. */
export async function up(cli: Cli, options: UpOptions): Promise<number> {
  const told = untilTold();
  const running = await startLocal({
    dataDir: resolve(cli.host.cwd, options.data),
    speed: options.speed,
    ...(options.port !== undefined && { port: options.port }),
    ...storeOption(cli),
    env: cli.host.env,
    onProgress: (line) => cli.note(line),
  });
  try {
    const { endpoints, store } = running;
    cli.print(JSON.stringify({ ready: true, endpoints, store }));
    if (options.speed === 1) {
      cli.note(
        'its clock runs as fast as yours: a cluster takes minutes, as it does there; --speed 60 hurries it',
      );
    }
    cli.note('the local cloud is ready; Ctrl-C ends it');
    const why = await Promise.race([told, running.ended]);
    if (why === null) return EXIT.ok;
    throw new CliError(why);
  } finally {
    await running.stop();
  }
}

function storeOption(cli: Cli): { store?: 'spanner' | 'embedded' } {
  const store = cli.flags.store ?? cli.host.env['PLUMBLINE_STORE'];
  if (store === undefined) return {};
  if (store === 'spanner' || store === 'embedded') return { store };
  throw new UsageError(`the store ${JSON.stringify(store)} is not known; use spanner or embedded`);
}

/** Takes the place of the handlers that end a command at once: everything started has to be ended first. */
function untilTold(): Promise<null> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.removeAllListeners(signal);
      process.on(signal, () => resolve(null));
    }
  });
}

export async function down(cli: Cli, { data }: DataOptions): Promise<number> {
  switch (await stopLocal(resolve(cli.host.cwd, data))) {
    case 'stopped':
      cli.note('the local cloud has ended');
      break;
    case 'forgotten':
      cli.note('the local cloud had ended already; what it left behind is removed');
      break;
    case 'nothing':
      cli.note(`no local cloud runs with the data folder ${data}`);
  }
  return EXIT.ok;
}

export async function status(cli: Cli, { data, output }: StatusOptions): Promise<number> {
  const info = readInfo(infoFileOf(resolve(cli.host.cwd, data)));
  const running = info !== undefined && isRunning(info);
  if (output === 'json') {
    cli.print(JSON.stringify({ running, ...(running && info) }, null, 2));
  } else if (running) {
    const { pid, startedAt, store, endpoints } = info;
    const kept =
      store.kind === 'spanner' ? `spanner emulator at ${store.emulatorHost}` : `embedded (${store.file})`;
    cli.print(
      [
        `running: process ${pid}, since ${shortTime(startedAt)}`,
        `store: ${kept}`,
        '',
        ...columns(['SERVICE', 'ENDPOINT'], Object.entries(endpoints)),
      ].join('\n'),
    );
  } else {
    cli.print('not running');
  }
  return running ? EXIT.ok : EXIT.error;
}

export async function env(cli: Cli, { data, project }: EnvOptions): Promise<number> {
  const dataDir = resolve(cli.host.cwd, data);
  const info = runningInfo(dataDir);
  const gcloudConfigDir = join(dataDir, 'gcloud');
  mkdirSync(gcloudConfigDir, { recursive: true });
  const variables = localEnvironment({
    info,
    infoFile: infoFileOf(dataDir),
    gcloudConfigDir,
    project,
    terraform: await terraformEnvironment(info, project),
  });
  cli.print(
    exportLines(variables) +
      `# Clients that speak to a cluster without a kubeconfig of \`plumb local kubeconfig\` trust it through this file:\n` +
      `# export SSL_CERT_FILE='${info.caFile}'\n`,
  );
  return EXIT.ok;
}

export async function kubeconfig(cli: Cli, cluster: string, { data }: DataOptions): Promise<number> {
  const info = runningInfo(resolve(cli.host.cwd, data));
  cli.print(kubeconfigOf(await ensureCluster(info, cluster)));
  return EXIT.ok;
}
