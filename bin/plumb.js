#!/usr/bin/env node
/**
 * The door of `plumb`. Plain JavaScript, because it must also run on a Node that is too old for everything behind it:
 * then it goes on with the Node this project carries, or says in one sentence what is needed.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NEEDED, requireNode } from '../scripts/node-version.js';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const carried = join(root, 'node_modules', 'node', 'bin', 'node');
const tooOld = Number(process.versions.node.split('.')[0]) < NEEDED;

if (tooOld && existsSync(carried)) {
  goOnWith(carried);
} else {
  requireNode();
  await start();
}

/** Sources in a checkout, the build in an installed package (Node strips no types below node_modules). */
async function start() {
  const { enableCompileCache } = await import('node:module');
  enableCompileCache();
  const isCheckout =
    existsSync(join(root, 'reconciler', 'cli', 'main.ts')) && !root.includes(`${sep}node_modules${sep}`);
  const { runProcess } = isCheckout
    ? await import('../reconciler/cli/main.ts')
    : await import('../dist/reconciler/cli/main.js');
  await runProcess();
}

/** Ends as the other process ends; what a terminal or a supervisor sends to us is meant for it. */
function goOnWith(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // A terminal sends Ctrl-C to both of us; the child decides what it means.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`plumb: ${node} does not start: ${error.message}\n`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) {
      process.exitCode = code ?? 1;
    } else {
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    }
  });
}
