import { execFileSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LOCAL_PLATFORM, VARIABLES } from '../../../reconciler/platform-settings.ts';
import { EXAMPLES, PLUMB, cleanEnv, command, inFolder } from './run.ts';

const ENV = { PLUMBLINE_STORE: 'embedded', PLUMBLINE_AS: 'ops@example.com' };

describe('completion', () => {
  const words = async (cwd: string, ...line: string[]) => {
    const { code, stdout, stderr } = await command(['complete', '--', ...line], { cwd, env: ENV });
    expect([code, stderr]).toEqual([0, '']);
    return stdout.split('\n').filter((word) => word !== '');
  };

  it('knows commands, flags, choices, kinds and the names of tenants', async () => {
    await inFolder(async (cwd) => {
      await command(['apply', '-f', EXAMPLES], { cwd, env: ENV });
      expect(await words(cwd, 're')).toEqual([
        'rebuild',
        'reconcile',
        'redeploy',
        'report',
        'restore',
        'resume',
      ]);
      expect(await words(cwd, 'restore', 'acme', '--gen')).toEqual(['--generation']);
      expect(await words(cwd, '--color', 'n')).toEqual(['never']);
      expect(await words(cwd, 'get', 'ten')).toEqual(['tenants']);
      const tenants = ['acme', 'globex', 'initech'];
      for (const line of [
        ['edit'],
        ['-q', 'edit'],
        ['set', '--reason', 'edit'],
        ['get', 'tenant'],
        ['pause', 'acme'],
      ]) {
        expect(await words(cwd, ...line, '')).toEqual(tenants);
      }
      expect(await words(cwd, 'rollout', 'skip', 'spring', 'glo')).toEqual(['globex']);
    });
  });

  it('offers no tenants where something else is meant', async () => {
    await inFolder(async (cwd) => {
      await command(['apply', '-f', EXAMPLES], { cwd, env: ENV });
      for (const line of [
        ['new', 'tenant'],
        ['rollout', 'start'],
        ['edit', '--reason'],
        ['get', 'runs'],
        ['apply', '-f'],
      ]) {
        expect(await words(cwd, ...line, '')).toEqual([]);
      }
    });
  });

  it('is silent without a store, and makes none', async () => {
    await inFolder(async (cwd) => {
      expect(await words(cwd, 'edit', '')).toEqual([]);
      expect(existsSync(join(cwd, '.plumbline'))).toBe(false);
      const none = await command(['complete', '--', 'edit', ''], { cwd });
      expect(none).toEqual({ code: 0, stdout: '', stderr: '' });
    });
  });

  it('works in bash', async () => {
    await inFolder(async (cwd) => {
      const script = `
plumb() { '${process.execPath}' '${PLUMB}' "$@"; }
source <(plumb completion bash)
COMP_WORDS=(plumb resto); COMP_CWORD=1; _plumb; echo "\${COMPREPLY[@]}"`;
      expect(execFileSync('bash', ['-c', script], { cwd, env: cleanEnv(), encoding: 'utf8' })).toBe(
        'restore\n',
      );
    });
  });
});

describe('plumb config view', () => {
  const view = async (args: string[], options: Parameters<typeof command>[1]) => {
    const { stdout } = await command([...args, 'config', 'view', '-o', 'json'], options);
    const rows = JSON.parse(stdout) as { setting: string; value: string | null; source: string }[];
    return new Map(rows.map(({ setting, value, source }) => [setting, [value, source]]));
  };

  it('says of every setting which of flag, variable, file and default gave it', async () => {
    await inFolder(async (cwd) => {
      writeFileSync(
        join(cwd, 'plumbline.yaml'),
        'store: embedded\nplatform: { project: from-file, region: from-file, scope: from-file }\n',
      );
      const env = {
        PLUMBLINE_REGION: 'from-variable',
        PLUMBLINE_SCOPE: 'from-variable',
        PLUMBLINE_PROJECT: '',
      };
      const seen = await view(['--set', 'scope=from-flag'], { cwd, env });
      expect(seen.get('platform.project')).toEqual(['from-file', 'plumbline.yaml']);
      expect(seen.get('platform.region')).toEqual(['from-variable', 'PLUMBLINE_REGION']);
      expect(seen.get('platform.scope')).toEqual(['from-flag', 'flag --set scope']);
      expect(seen.get('platform.stateBucket')).toEqual([null, 'not set']);
      expect(seen.get('store')).toEqual(['embedded', 'plumbline.yaml']);
      expect(seen.get('storeFile')).toEqual([join(cwd, '.plumbline', 'plumbline.db'), 'default']);
      expect(seen.get('operators')).toEqual(['anyone', 'default']);
    });
  });

  it('shows the platform whole, also where no store is named', async () => {
    await inFolder(async (cwd) => {
      const seen = await view([], { cwd });
      for (const key of Object.keys(VARIABLES)) expect(seen.has(`platform.${key}`)).toBe(true);
      expect(Object.keys(VARIABLES)).toEqual(Object.keys(LOCAL_PLATFORM));
      expect(seen.get('store')).toEqual([null, 'not set']);
    });
  });

  it('refuses a settings file that cannot be used', async () => {
    await inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'plumbline.yaml'), 'platfrom: {}\n');
      const { code, stderr } = await command(['config', 'view'], { cwd });
      expect([code, stderr]).toEqual([1, expect.stringContaining('platfrom')]);
    });
  });
});
