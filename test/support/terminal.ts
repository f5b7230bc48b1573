/** A real terminal without a person: tmux, with a server of its own, whose screen can be read and whose keys be pressed. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface TerminalOptions {
  readonly width: number;
  readonly height: number;
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Terminal {
  /** The lines of the screen, without trailing blanks and blank lines at the end. */
  screen(): Promise<string[]>;
  /** The same with the colours as escape sequences. */
  colours(): Promise<string>;
  /** The lines of the screen as they were written: those that the terminal had to break are joined. */
  written(): Promise<string[]>;
  /** As a person types it, `Enter` and `C-c` among them. */
  press(...keys: string[]): Promise<void>;
  /** Runs a command line in the shell, and waits for its end; its exit code. */
  run(line: string): Promise<number>;
  /** The screen, once it is as it should be. */
  until(holds: (lines: readonly string[]) => boolean): Promise<string[]>;
  resize(width: number, height: number): Promise<void>;
  close(): Promise<void>;
}

/** A shell in a terminal of this size. */
export async function openTerminal(tmux: string, options: TerminalOptions): Promise<Terminal> {
  const folder = mkdtempSync(join(tmpdir(), 'plumb-tmux-'));
  const ask = async (...args: string[]): Promise<string> =>
    (await run(tmux, ['-S', join(folder, 'socket'), '-f', '/dev/null', ...args])).stdout;
  const { width, height, cwd, env = {} } = options;
  const variables = { PATH: process.env['PATH'] ?? '', HOME: folder, PS1: '$ ', LANG: 'C.UTF-8', ...env };
  await ask(
    ...['new-session', '-d', '-x', String(width), '-y', String(height), '-c', cwd],
    ...[
      'env',
      '-i',
      'TERM=screen-256color',
      ...Object.entries(variables).map(([key, value]) => `${key}=${value}`),
      'sh',
    ],
  );
  const screen = async () => linesOf(await ask('capture-pane', '-p'));
  const until = async (holds: (lines: readonly string[]) => boolean): Promise<string[]> => {
    for (;;) {
      const lines = await screen();
      if (holds(lines)) return lines;
      await sleep(30);
    }
  };
  let runs = 0;
  return {
    screen,
    until,
    colours: () => ask('capture-pane', '-p', '-e'),
    written: async () => linesOf(await ask('capture-pane', '-p', '-J')),
    press: async (...keys) => {
      await ask('send-keys', ...keys);
    },
    run: async (line) => {
      runs += 1;
      const mark = `ended-${runs}:`;
      // The quotes keep the mark out of what is typed.
      await ask('send-keys', '-l', `clear; ${line}; echo "ended"-${runs}:$?`);
      await ask('send-keys', 'Enter');
      const lines = await until((all) => all.some((each) => each.startsWith(mark)));
      return Number(lines.find((each) => each.startsWith(mark))?.slice(mark.length));
    },
    resize: async (x, y) => {
      await ask('resize-window', '-x', String(x), '-y', String(y));
    },
    close: async () => {
      await ask('kill-server');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function linesOf(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trimEnd());
  while (lines.at(-1) === '') lines.pop();
  return lines;
}
