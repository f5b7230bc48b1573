/** What a tool gets from its process: streams, a folder, and whether a person with colours looks on. */
import pc from 'picocolors';

export interface Streams {
  out(text: string): void;
  err(text: string): void;
  readonly paint: { readonly stdout: Paint; readonly stderr: Paint };
}

export type Paint = Pick<
  ReturnType<typeof pc.createColors>,
  'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'
>;

/** NO_COLOR, then CLICOLOR_FORCE, then whether the stream is a terminal. */
function wantsColor(terminal: boolean): boolean {
  const { NO_COLOR = '', CLICOLOR_FORCE = '0', TERM } = process.env;
  if (NO_COLOR !== '') return false;
  if (CLICOLOR_FORCE !== '0') return true;
  return terminal && TERM !== 'dumb';
}

export function processStreams(): Streams {
  const { stdout, stderr } = process;
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    paint: {
      stdout: pc.createColors(wantsColor(stdout.isTTY)),
      stderr: pc.createColors(wantsColor(stderr.isTTY)),
    },
  };
}
