/**
 * The local cloud's process. Reads its configuration as JSON from the file named by the first argument, prints one
 * line `{"ready":true,"endpoints":{…}}` on stdout, and ends on SIGINT, SIGTERM or (when asked) the end of stdin.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { configSchema } from './core/config.ts';
import { startCloud } from './start.ts';

async function main(): Promise<void> {
  const file = process.argv[2];
  if (file === undefined) throw new Error('usage: node local-cloud/main.ts CONFIG.json');
  const parsed = configSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);

  const running = await startCloud(parsed.data);
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    void running.close().finally(() => process.exit(0));
    // A child that does not end must not keep the terminal waiting.
    setTimeout(() => process.exit(0), 5_000).unref();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  if (parsed.data.stopWithStdin) {
    process.stdin.resume();
    process.stdin.on('end', stop);
    process.stdin.on('error', stop);
  }
  process.stdout.write(`${JSON.stringify({ ready: true, endpoints: running.endpoints })}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`local cloud: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
});
