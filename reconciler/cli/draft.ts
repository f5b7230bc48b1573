/** A text in a person's editor: a file of its own beside the schema, so that the editor checks while they write. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocatedProblem } from '../../desired-state/files.ts';
import { tenantJsonSchema } from '../../desired-state/json-schema.ts';
import { formatProblem } from '../../desired-state/problems.ts';
import { CliError } from './failure.ts';
import type { Cli } from './host.ts';

/** Begins every line that is ours, so that only those are taken off again. */
const OURS = '#~ ';
const SCHEMA = 'tenant.schema.json';
const MODELINE = /^# yaml-language-server: \$schema=.*\n/;

export class Draft {
  /** What the person has written last, without our lines. */
  text = '';
  private readonly cli: Cli;
  private readonly folder: string;
  private readonly file: string;
  /** The first line of the record when it names a schema: ours takes its place while it is edited. */
  private readonly modeline: string;
  private readonly title: string;
  private isKept = false;

  private constructor(cli: Cli, folder: string, { name, modeline }: { name: string; modeline: string }) {
    this.cli = cli;
    this.folder = folder;
    this.file = join(folder, `${name}.yaml`);
    this.modeline = modeline;
    this.title = `tenant/${name}. Lines that begin with ${OURS.trim()} are taken off; an unchanged text changes nothing.`;
  }

  /** In a folder that nobody else can look into. */
  static async open(cli: Cli, name: string, text: string): Promise<Draft> {
    const folder = await mkdtemp(join(tmpdir(), 'plumb-edit-'));
    await writeFile(join(folder, SCHEMA), JSON.stringify(tenantJsonSchema(), null, 2));
    return new Draft(cli, folder, { name, modeline: MODELINE.exec(text)?.[0] ?? '' });
  }

  /** The text after the person has closed the editor. Throws CliError when the editor fails; the text is kept then. */
  async edited(text: string, problems: readonly LocatedProblem[]): Promise<string> {
    const body = text.startsWith(this.modeline) ? text.slice(this.modeline.length) : text;
    const title = [this.title, ...(problems.length === 0 ? [] : ['', 'Not stored, because:'])];
    const above = 1 + title.length + problems.length - (body === text ? 0 : 1);
    const ours = [...title, ...problems.map((found) => atLine(found, above))];
    const lines = ours.map((line) => `${OURS}${line}`.trimEnd());
    const shown = `# yaml-language-server: $schema=./${SCHEMA}\n${lines.join('\n')}\n${body}`;
    await writeFile(this.file, shown, { mode: 0o600 });
    const failure = await runEditor(this.cli, this.file);
    this.text = this.without(await this.read(text));
    if (failure === undefined) return this.text;
    if (this.text !== text) this.isKept = true;
    throw new CliError(
      `${failure}; nothing was stored${this.isKept ? `. Your text is kept in ${this.file}` : ''}`,
    );
  }

  /** Writes the text, without our lines, where it outlives the command; says where. */
  async kept(text: string): Promise<string> {
    this.isKept = true;
    await writeFile(this.file, text, { mode: 0o600 });
    return this.file;
  }

  /** Leaves nothing behind but what is kept. */
  async end(): Promise<void> {
    if (!this.isKept) await rm(this.folder, { recursive: true, force: true });
  }

  private async read(before: string): Promise<string> {
    try {
      return (await readFile(this.file, 'utf8')).replaceAll('\r\n', '\n');
    } catch (cause) {
      // Some editors write another file and remove this one when they are told to give up.
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return before;
      throw new CliError(`${this.file} cannot be read (${(cause as Error).message})`, { cause });
    }
  }

  private without(shown: string): string {
    const lines = shown.replace(MODELINE, '').split('\n');
    const text = lines.filter((line) => line !== OURS.trim() && !line.startsWith(OURS)).join('\n');
    return text.trim() === '' ? '' : `${this.modeline}${text.trimEnd()}\n`;
  }
}

/** On one line; the line of the text is counted as the editor counts, with ours above it. */
function atLine({ where, ...found }: LocatedProblem, above: number): string {
  const [, line, column] = /:(\d+)(?::(\d+))?$/.exec(where) ?? [];
  const place =
    line === undefined ? where : `line ${Number(line) + above}${column === undefined ? '' : `:${column}`}`;
  return `${place}: ${formatProblem(found)}`.replaceAll('\n', ' ');
}

/** Undefined when it ended well. Ctrl-C belongs to the editor while it runs. */
async function runEditor(cli: Cli, file: string): Promise<string | undefined> {
  const { env, cwd } = cli.host;
  const editor = [env['PLUMBLINE_EDITOR'], env['VISUAL'], env['EDITOR']].find((each) => each?.trim()) ?? 'vi';
  const ours = process.listeners('SIGINT');
  process.removeAllListeners('SIGINT');
  const ignore = () => undefined;
  process.on('SIGINT', ignore);
  try {
    // Through a shell, as git and kubectl do: people set it to words such as "code --wait".
    const child = spawn('sh', ['-c', `${editor} "$1"`, 'sh', file], {
      cwd,
      env: { ...env },
      stdio: 'inherit',
    });
    return await new Promise((resolve) => {
      child.once('error', (error) => resolve(`the editor ${editor} does not start (${error.message})`));
      child.once('exit', (code, signal) =>
        resolve(code === 0 ? undefined : `the editor ${editor} ended with ${signal ?? `exit code ${code}`}`),
      );
    });
  } finally {
    process.removeListener('SIGINT', ignore);
    for (const listener of ours) process.on('SIGINT', listener);
  }
}
