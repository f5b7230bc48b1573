/** A copy of the tree in which files are changed one at a time, and the process that runs its tests. */
import { fork, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync, readFileSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FOR_EVER, type Answer, type Judges, type Order } from './order.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const COPIED = [
  'workflow-defs',
  'reconciler',
  'desired-state',
  'manifests',
  'cloudbuild-steps',
  'local-cloud',
  'test',
  'scripts',
  'package.json',
  'tsconfig.json',
];
export class Scratch {
  readonly #root = realpathSync(mkdtempSync(join(tmpdir(), 'guards-')));
  #runner: ChildProcess | undefined;
  #changed: readonly string[] = [];

  constructor() {
    for (const name of COPIED) cpSync(join(ROOT, name), join(this.#root, name), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(this.#root, 'node_modules'));
  }

  /** The file as it stands in the tree. */
  read(file: string): string {
    return readFileSync(join(ROOT, file), 'utf8');
  }

  /** What the tests say with this file changed so. */
  async judge(file: string, source: string, judges: Judges): Promise<Answer> {
    const original = this.read(file);
    writeFileSync(join(this.#root, file), source);
    try {
      return await this.#ask({ ...judges, changed: [...this.#changed, file] });
    } finally {
      writeFileSync(join(this.#root, file), original);
      this.#changed = [file];
    }
  }

  async #ask(order: Order): Promise<Answer> {
    const runner = (this.#runner ??= await this.#start());
    return new Promise((resolve) => {
      runner.once('message', (answer: Answer) => {
        runner.removeAllListeners();
        // One that runs for ever ends with its answer; the next change gets a new one.
        if (answer.failed === FOR_EVER) this.#forget();
        resolve(answer);
      });
      runner.once('exit', () => {
        this.#forget();
        resolve({ failed: 'ended the process', cpuSeconds: 0 });
      });
      runner.send(order);
    });
  }

  #forget(): void {
    this.#runner = undefined;
    this.#changed = [];
  }

  #start(): Promise<ChildProcess> {
    // What vitest tells its workers is not meant for another vitest.
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST')),
    );
    const runner = fork(join(ROOT, 'test/long/guards/runner.ts'), [this.#root], { cwd: this.#root, env });
    return new Promise((resolve, reject) => {
      runner.once('message', () => resolve(runner));
      runner.once('exit', (code) => reject(new Error(`the runner ended with ${String(code)}`)));
    });
  }

  close(): void {
    this.#runner?.kill('SIGKILL');
    rmSync(this.#root, { recursive: true, force: true });
  }
}
