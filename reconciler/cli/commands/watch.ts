/** `plumb watch`: a pass under way and its runs, in place in a terminal, line by line elsewhere. */
import { describe } from '../../error-text.ts';
import type { Clock } from '../../ports.ts';
import { EXIT } from '../exit-codes.ts';
import type { Cli } from '../host.ts';
import { Screen } from '../screen.ts';
import { namesFor, type TenantFlags } from '../tenants-of.ts';
import { changeLines, watchLines, type Frame } from '../watch-text.ts';
import { Watcher, type WatchView } from '../watch-view.ts';

export interface WatchOptions extends TenantFlags {
  readonly once: boolean;
  /** Seconds between two looks. */
  readonly interval: number;
}

export async function watch(cli: Cli, given: readonly string[], options: WatchOptions): Promise<number> {
  return cli.withHistory(async (ports, settings) => {
    const names = await namesFor(ports.store, given, options);
    const watcher = new Watcher(ports, {
      platform: settings.platform(),
      local: settings.local !== null,
      only: names === undefined ? null : new Set(names),
    });
    // The first look outside of the screen: what is wrong with the settings is said as everywhere.
    const view = await watcher.look();
    const everyMs = options.interval * 1000;
    if (options.once) cli.print(watchLines(view, { ...frameOf(cli, ports.clock), height: null }).join('\n'));
    else if (isScreen(cli)) await inPlace(cli, view, { watcher, clock: ports.clock, everyMs });
    else await lineByLine(cli, view, { watcher, clock: ports.clock, everyMs });
    return EXIT.ok;
  });
}

export interface Watching {
  readonly watcher: Pick<Watcher, 'look'>;
  readonly clock: Clock;
  readonly everyMs: number;
}

const isScreen = ({ host: { stdout, env } }: Cli): boolean => stdout.isTTY === true && env['TERM'] !== 'dumb';

const frameOf = (cli: Cli, clock: Clock): Frame => ({
  width: cli.width(),
  height: cli.host.stdout.rows ?? null,
  paint: cli.paint(),
  now: clock.now().getTime(),
});

/** Until the person leaves. The last view stays on the first screen, where it can be scrolled to and copied. */
async function inPlace(cli: Cli, first: WatchView, { watcher, clock, everyMs }: Watching): Promise<void> {
  const { stdout, stdin } = cli.host;
  const screen = new Screen(stdout, stdin);
  let view = first;
  const paint = () => screen.paint([...fitted(cli, clock, view)]);
  stdout.on('resize', paint);
  try {
    while (!screen.isLeft) {
      paint();
      await Promise.race([clock.sleep(everyMs), screen.left]);
      // A look may take its time, and nobody should have to wait for it to leave.
      view = (await Promise.race([screen.left, lookAgain(watcher, view)])) ?? view;
    }
  } finally {
    stdout.removeListener('resize', paint);
    screen.close();
  }
  cli.print(watchLines(view, { ...frameOf(cli, clock), height: null }).join('\n'));
}

const HINT = 'q leaves, plumb logs NAME tells more';

/** With the last line for how to leave. */
function fitted(cli: Cli, clock: Clock, view: WatchView): string[] {
  const frame = frameOf(cli, clock);
  const height = frame.height === null ? null : Math.max(1, frame.height - 1);
  return [
    ...watchLines(view, { ...frame, height }),
    frame.paint.dim(HINT.slice(0, frame.width ?? undefined)),
  ];
}

/** Until somebody ends the process. One line per change, with its time; never a redraw. */
export async function lineByLine(
  cli: Cli,
  first: WatchView,
  { watcher, clock, everyMs }: Watching,
): Promise<never> {
  const told = new Map<string, string>();
  let view = first;
  for (;;) {
    const now = clock.now().toISOString();
    for (const [about, line] of changeLines(view)) {
      if (told.get(about) !== line) cli.print(`${now} ${line}`);
      told.set(about, line);
    }
    await clock.sleep(everyMs);
    view = await lookAgain(watcher, view);
  }
}

/** What was seen last stays, with what went wrong above it: a watch outlives a store that is away for a while. */
async function lookAgain(watcher: Pick<Watcher, 'look'>, before: WatchView): Promise<WatchView> {
  try {
    return await watcher.look();
  } catch (error) {
    return { ...before, problems: [describe(error)] };
  }
}
