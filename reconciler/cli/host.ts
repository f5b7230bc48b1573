/** What a command gets from its process: streams, environment, flags that every command knows, and what they lead to. */
import type { Readable, Writable } from 'node:stream';
import pc from 'picocolors';
import type { Store } from '../../desired-state/store.ts';
import type { HistoryPorts } from '../clouds/connect.ts';
import type { LookPorts } from '../looking.ts';
import type { PassMark, Ports } from '../ports.ts';
import type { Paint } from '../report/text.ts';
import type { Settings } from '../settings.ts';
import { fit } from './fit.ts';

export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly stdin: Readable & { isTTY?: boolean };
  readonly stdout: Writable & { isTTY?: boolean; columns?: number; rows?: number };
  readonly stderr: Writable & { isTTY?: boolean; columns?: number };
}

/** Flags of the program itself. */
export interface GlobalFlags {
  readonly store?: string;
  readonly as?: string;
  readonly set?: readonly string[];
  readonly config?: string;
  /** `false` is `--no-color`. */
  readonly color?: string | boolean;
  readonly quiet?: boolean;
}

export class Cli {
  readonly host: Host;
  readonly flags: GlobalFlags;
  #settings: Settings | undefined;

  constructor(host: Host, flags: GlobalFlags) {
    this.host = host;
    this.flags = flags;
  }

  /** Data: one or more lines, the final line break is added when missing. */
  print(text: string): void {
    this.host.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  }

  /** What goes on, for whoever looks on; --quiet leaves it out. */
  progress(text: string): void {
    if (this.flags.quiet !== true) this.note(text);
  }

  /** Warnings, what is wrong, and what belongs to a question; broken between words where a window ends. */
  note(text: string): void {
    const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
    this.host.stderr.write(`${fit(lines, this.width('stderr')).join('\n')}\n`);
  }

  /** True when a person is there to answer a question. */
  get interactive(): boolean {
    return this.host.stdin.isTTY === true && this.host.stderr.isTTY === true;
  }

  /** Characters of a line in the window that a stream goes to; null when it goes nowhere that has a width. */
  width(stream: 'stdout' | 'stderr' = 'stdout'): number | null {
    const { isTTY, columns } = this.host[stream];
    return isTTY === true && columns !== undefined && columns > 0 ? columns : null;
  }

  paint(stream: 'stdout' | 'stderr' = 'stdout'): Paint {
    return pc.createColors(wantsColor(this.flags.color, this.host.env, this.host[stream].isTTY === true));
  }

  async settings(): Promise<Settings> {
    if (this.#settings) return this.#settings;
    const { loadSettings } = await import('../settings.ts');
    const { host, flags } = this;
    this.#settings = loadSettings({ flags, env: host.env, cwd: host.cwd });
    return this.#settings;
  }

  /** Opens the store for one command and closes it whatever happens. */
  async withStore<T>(use: (store: Store, settings: Settings) => Promise<T>): Promise<T> {
    const settings = await this.settings();
    const { openStore } = await import('../../desired-state/open.ts');
    return using(await openStore(settings.store), settings, (store) => use(store, settings));
  }

  /** As withStore, with the clients of the cloud as well. */
  async withPorts<T>(use: (ports: Ports, settings: Settings) => Promise<T>): Promise<T> {
    const settings = await this.settings();
    const platform = settings.platform();
    const { connect } = await import('../clouds/connect.ts');
    const { store, local, identities } = settings;
    const ports = await connect({ platform, store, local, identities });
    return using(ports.store, settings, () => use(ports, settings));
  }

  /**
   * What the newest pass left for the next one. Undefined where that cannot be had: commands that read the store need no
   * cloud, and nothing depends on it but a sentence.
   */
  async lastPass(): Promise<PassMark | undefined> {
    try {
      const settings = await this.settings();
      const platform = settings.platform();
      const { readPassLog } = await import('../clouds/connect.ts');
      return await readPassLog({ ...settings, platform }).latest();
    } catch {
      return undefined;
    }
  }

  /** As withPorts, with what reads alone; nothing is migrated or made either. */
  async withLookPorts<T>(use: (ports: LookPorts, settings: Settings) => Promise<T>): Promise<T> {
    const settings = await this.settings();
    const platform = settings.platform();
    const { connectToLook } = await import('../clouds/connect.ts');
    const { store, local, identities } = settings;
    const ports = await connectToLook({ platform, store, local, identities });
    try {
      return await use(ports, settings);
    } finally {
      await ports.store.close();
    }
  }

  /** What tells of runs; nothing in it can change anything. */
  async withHistory<T>(use: (ports: HistoryPorts, settings: Settings) => Promise<T>): Promise<T> {
    const settings = await this.settings();
    const platform = settings.platform();
    const { connectToHistory } = await import('../clouds/connect.ts');
    const { store, local, identities } = settings;
    const ports = await connectToHistory({ platform, store, local, identities });
    try {
      return await use(ports, settings);
    } finally {
      await ports.store.close();
    }
  }

  /** Email of who asks, for authorship and ownership. */
  async identity(): Promise<string> {
    const { identity } = await this.settings();
    if (identity !== null) return identity;
    const { ownerOfCredentials } = await import('../clouds/who.ts');
    return ownerOfCredentials();
  }
}

async function using<T>(store: Store, settings: Settings, use: (store: Store) => Promise<T>): Promise<T> {
  try {
    // A file of one's own is made on first use; databases are migrated by `local up` or by the deployment.
    if (settings.local === null && store.kind === 'embedded') await store.migrate();
    return await use(store);
  } finally {
    await store.close();
  }
}

/** `--color` and `--no-color` win, then NO_COLOR, then CLICOLOR_FORCE, then whether a terminal looks on. */
function wantsColor(
  flag: string | boolean | undefined,
  env: Readonly<Record<string, string | undefined>>,
  terminal: boolean,
): boolean {
  if (flag === false || flag === 'never') return false;
  if (flag === 'always') return true;
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  if ((env['CLICOLOR_FORCE'] ?? '0') !== '0') return true;
  return terminal && env['TERM'] !== 'dumb';
}
