import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXAMPLES, PLUMB, command, inFolder, type RunOptions } from './run.ts';

const ACME = join(EXAMPLES, 'acme.yaml');

interface World {
  readonly options: RunOptions & { readonly env: Record<string, string> };
  /** `plumb edit acme`, with a shell script as the editor; `$1` is the file. */
  readonly edit: (
    script: string,
    more?: Partial<RunOptions> & { args?: readonly string[] },
  ) => ReturnType<typeof command>;
  readonly stored: () => Promise<string>;
  /** Files of drafts that are still there. */
  readonly left: () => string[];
}

async function withAcme(use: (world: World) => Promise<void>): Promise<void> {
  await inFolder(async (cwd) => {
    const drafts = mkdtempSync(join(cwd, 'tmp-'));
    // Drafts go where the process keeps such files.
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = drafts;
    try {
      const options = { cwd, env: { PLUMBLINE_STORE: 'embedded', PLUMBLINE_AS: 'ops@example.com' } };
      await command(['apply', '-f', ACME], options);
      await use({
        options,
        edit: (script, { args = [], ...more } = {}) => {
          const editor = join(cwd, 'editor.sh');
          writeFileSync(editor, `#!/bin/sh\n${script}\n`);
          chmodSync(editor, 0o700);
          return command(['edit', 'acme', ...args], {
            ...options,
            ...more,
            env: { ...options.env, PLUMBLINE_EDITOR: editor, VISUAL: 'false', EDITOR: 'false' },
          });
        },
        stored: async () => (await command(['get', 'tenant', 'acme', '-o', 'yaml'], options)).stdout,
        left: () => readdirSync(drafts).flatMap((folder) => readdirSync(join(drafts, folder))),
      });
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    }
  });
}

const MORE_PORTS = `sed -i 's/minPortsPerVm: 64/minPortsPerVm: 128/' "$1"`;

describe('plumb edit', () => {
  it('stores what the editor left, with its comments, after the diff and a yes', async () => {
    await withAcme(async ({ edit, stored, left }) => {
      const done = await edit(MORE_PORTS, { answers: ['y'], args: ['--reason', 'more ports'] });
      expect([done.code, done.stdout]).toEqual([0, 'tenant/acme configured\n']);
      expect(done.stderr).toContain('~ spec.network.nat.minPortsPerVm: 64 → 128');
      expect((await stored()).split('\n').slice(0, 2)).toEqual(
        readFileSync(ACME, 'utf8').split('\n').slice(0, 2),
      );
      expect(await stored()).not.toContain('#~');
      expect(left()).toEqual([]);
    });
  });

  it('hands the editor the text with a schema beside it', async () => {
    await withAcme(async ({ options, edit }) => {
      await edit(
        `cp "$1" "${options.cwd}/seen.yaml"; cp "$(dirname "$1")"/*.json "${options.cwd}/seen.json"`,
      );
      const seen = readFileSync(join(options.cwd ?? '', 'seen.yaml'), 'utf8');
      expect(seen).toMatch(/^# yaml-language-server: \$schema=\.\/tenant\.schema\.json\n#~ tenant\/acme\./);
      expect(seen.match(/yaml-language-server/g)).toHaveLength(1);
      expect(JSON.parse(readFileSync(join(options.cwd ?? '', 'seen.json'), 'utf8'))).toMatchObject({
        type: 'object',
      });
    });
  });

  it('calls an untouched text unchanged, and leaves nothing behind', async () => {
    await withAcme(async ({ edit, left }) => {
      expect(await edit('true', { answers: [] })).toEqual({
        code: 0,
        stdout: 'tenant/acme unchanged\n',
        stderr: '',
      });
      expect(left()).toEqual([]);
    });
  });

  it('opens again with all problems above the text, at the lines the editor counts', async () => {
    await withAcme(async ({ options, edit }) => {
      const seen = join(options.cwd ?? '', 'seen.yaml');
      const script = `
if grep -q 'Not stored' "$1"; then
  cp "$1" '${seen}'
  sed -i 's/region: mars/region: us-east1/; s/minPortsPerVm: many/minPortsPerVm: 128/' "$1"
else
  sed -i 's/region: us-central1/region: mars/; s/minPortsPerVm: 64/minPortsPerVm: many/' "$1"
fi`;
      const done = await edit(script, { answers: ['y'] });
      expect(done.stdout).toBe('tenant/acme configured\n');
      const lines = readFileSync(seen, 'utf8').split('\n');
      const problems = lines.filter((line) => /^#~ line \d+:/.test(line));
      expect(problems).toHaveLength(2);
      const places = problems.map((line) => Number(/line (\d+)/.exec(line)?.[1]));
      expect(places.map((place) => lines[place - 1]?.trim())).toEqual([
        'region: mars',
        'minPortsPerVm: many',
      ]);
    });
  });

  it('gives up when a wrong text comes back as it was, and keeps it', async () => {
    await withAcme(async ({ edit, stored }) => {
      const done = await edit(`sed -i 's/region: us-central1/region: mars/' "$1"`, { answers: [] });
      expect([done.code, done.stdout]).toEqual([1, '']);
      const [, path = ''] = /Your text is kept in (\S+)\n/.exec(done.stderr) ?? [];
      expect(readFileSync(path, 'utf8')).toContain('region: mars');
      expect(await stored()).toContain('region: us-central1');
    });
  });

  it('says the problems, does not open again, and keeps the text where nobody could answer', async () => {
    await withAcme(async ({ edit }) => {
      const done = await edit(`sed -i 's/region: us-central1/region: mars/' "$1"`);
      expect(done.code).toBe(1);
      expect(done.stderr).toMatch(/^tenant\/acme:\d+:\d+: spec\.region is the text "mars"/);
      expect(done.stderr).toMatch(/error: 1 problem; nothing was stored\. Your text is kept in \S+\n$/);
    });
  });

  it('stores nothing when somebody was faster, shows both versions, and loses no text', async () => {
    await withAcme(async ({ options, edit, stored }) => {
      const theirs = `'${process.execPath}' '${PLUMB}' set acme spec.network.nat.minPortsPerVm=256 >&2`;
      const mine = `sed -i 's/cpuUtilization: 70/cpuUtilization: 50/' "$1"`;
      const done = await edit(`${theirs}\n${mine}`, { answers: ['y'] });
      expect([done.code, done.stdout]).toEqual([1, '']);
      expect(done.stderr).toContain('tenant/acme conflict: the text was read with etag');
      expect(done.stderr).toMatch(/changed by ops@example\.com in the meantime:\n.*minPortsPerVm: 64 → 256/);
      expect(await stored()).toContain('minPortsPerVm: 256');
      expect(await stored()).toContain('cpuUtilization: 70');
      const [, path = ''] = /Your text is kept in (\S+?);/.exec(done.stderr) ?? [];
      expect(readFileSync(path, 'utf8')).toContain('cpuUtilization: 50');
      // Applying the kept text must not overwrite what the other one did.
      const again = await command(['apply', '-f', path], options);
      expect([again.code, again.stdout]).toEqual([1, '']);
      expect(await stored()).toContain('minPortsPerVm: 256');
    });
  });

  it('keeps the text when the answer is no', async () => {
    await withAcme(async ({ edit }) => {
      const done = await edit(MORE_PORTS, { answers: ['n'] });
      const [, path = ''] = /Your text is kept in (\S+)\n/.exec(done.stderr) ?? [];
      expect([done.code, existsSync(path)]).toEqual([1, true]);
    });
  });

  it.each([
    [
      'another tenant',
      `sed -i 's/^  name: acme$/  name: other/' "$1"`,
      'a tenant keeps its name; write acme again',
    ],
    ['a second record', `printf -- '---\\nkind: Tenant\\n' >> "$1"`, 'holds a second record: keep one'],
    ['nothing', ': > "$1"', 'the text is empty, so the edit was given up; nothing was stored'],
    [
      'an editor that fails',
      `${MORE_PORTS}; exit 3`,
      'ended with exit code 3; nothing was stored. Your text is kept in',
    ],
  ])('refuses %s', async (_, script, why) => {
    await withAcme(async ({ edit, stored }) => {
      const before = await stored();
      const done = await edit(script);
      expect(done.code).toBe(1);
      expect(done.stderr).toContain(why);
      expect(await stored()).toBe(before);
    });
  });
});
