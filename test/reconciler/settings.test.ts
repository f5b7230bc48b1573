import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SERVICES } from '../../reconciler/clouds/endpoints.ts';
import { writeInfo, type LocalInfo } from '../../reconciler/local/info.ts';
import { birthOf } from '../../reconciler/local/process-birth.ts';
import type { SettingsInput } from '../../reconciler/settings-file.ts';
import { LOCAL_PLATFORM, SettingsError, loadSettings } from '../../reconciler/settings.ts';
import { inFolder } from './cli/run.ts';

const DATABASE = 'projects/p/instances/i/databases/d';
const PLATFORM = {
  PLUMBLINE_PROJECT: 'p',
  PLUMBLINE_REGION: 'europe-west3',
  PLUMBLINE_SCOPE: 'folders/7',
  PLUMBLINE_DATABASE: DATABASE,
  PLUMBLINE_STATE_BUCKET: 'b',
  PLUMBLINE_STEPS_IMAGE: 'i',
  PLUMBLINE_WORKFLOW_IDENTITY: 'w@p',
  PLUMBLINE_TERRAFORM_IDENTITY: 't@p',
};

const load = (cwd: string, env: SettingsInput['env'] = {}, flags: SettingsInput['flags'] = {}) =>
  loadSettings({ cwd, env, flags });

/** The info file of a local cloud that this very process runs. */
function localCloud(cwd: string, change: Partial<LocalInfo> = {}): void {
  writeInfo(join(cwd, '.plumbline', 'local.json'), {
    pid: process.pid,
    birth: birthOf(process.pid) ?? '',
    endpoints: Object.fromEntries(SERVICES.map((name) => [name, `http://127.0.0.1:1/${name}`])),
    caFile: '/ca.pem',
    store: { kind: 'embedded', file: '/plumbline.db' },
    spannerEmulatorHost: null,
    startedAt: '2026-01-01T00:00:00Z',
    ...change,
  });
}

describe('settings of telemetry', () => {
  it('are off, come from the file, give way to the standard variable, and can be switched off', async () => {
    await inFolder(async (cwd) => {
      expect(load(cwd, PLATFORM).telemetry).toBeNull();
      writeFileSync(join(cwd, 'plumbline.yaml'), 'telemetry: { endpoint: "http://127.0.0.1:4318" }\n');
      expect(load(cwd, PLATFORM).telemetry).toEqual({ endpoint: 'http://127.0.0.1:4318' });
      const standard = { ...PLATFORM, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' };
      expect(load(cwd, standard).telemetry).toEqual({ endpoint: null });
      expect(load(cwd, { ...standard, OTEL_SDK_DISABLED: 'true' }).telemetry).toBeNull();
      writeFileSync(join(cwd, 'plumbline.yaml'), 'telemetry: { endpoint: collector }\n');
      expect(() => load(cwd, PLATFORM)).toThrow(/use an http:\/\/ or https:\/\/ address/);
    });
  });
});

describe('settings of reports', () => {
  it('are off, and have formats and the state bucket by default', async () => {
    await inFolder(async (cwd) => {
      expect(load(cwd, PLATFORM).reports).toBeNull();
      writeFileSync(join(cwd, 'plumbline.yaml'), 'reports: {}\n');
      expect(load(cwd, PLATFORM).reports).toEqual({ bucket: null, formats: ['json', 'html'] });
      writeFileSync(join(cwd, 'plumbline.yaml'), 'reports: { formats: [pdf] }\n');
      expect(() => load(cwd, PLATFORM)).toThrow(/formats/);
    });
  });
});

describe('settings', () => {
  it('take a flag before a variable before the file', async () => {
    await inFolder(async (cwd) => {
      writeFileSync(
        join(cwd, 'plumbline.yaml'),
        'platform:\n  project: from-file\n  region: from-file\n  scope: from-file\n',
      );
      const env = { ...PLATFORM, PLUMBLINE_SCOPE: '', PLUMBLINE_REGION: 'from-variable' };
      const settings = load(cwd, env, { set: ['project=from-flag'] });
      expect(settings.platform()).toMatchObject({
        project: 'from-flag',
        region: 'from-variable',
        scope: 'from-file',
      });
      expect(settings.store).toEqual({ kind: 'spanner', database: DATABASE, emulatorHost: null });
      expect(settings.local).toBeNull();
    });
  });

  it('point every client at the local cloud that runs here', async () => {
    await inFolder(async (cwd) => {
      localCloud(cwd);
      const settings = load(cwd);
      expect(settings.platform()).toEqual(LOCAL_PLATFORM);
      expect(settings.store).toEqual({ kind: 'embedded', file: '/plumbline.db' });
      expect(settings.local?.caFile).toBe('/ca.pem');
      expect(load(cwd, {}, { as: 'a@b.example' }).identity).toBe('a@b.example');
    });
  });

  it('refuse a local cloud that lacks a service, rather than call Google Cloud for it', async () => {
    await inFolder(async (cwd) => {
      localCloud(cwd, { endpoints: { storage: 'http://127.0.0.1:1' } });
      expect(() => load(cwd)).toThrow(/does not say where workflows, .* answer.*refusing/);
    });
  });

  it('refuse another store than the one the local cloud writes to', async () => {
    await inFolder(async (cwd) => {
      localCloud(cwd);
      expect(() => load(cwd, {}, { store: 'spanner' })).toThrow(/keeps its records in the embedded store/);
    });
  });

  it('work on Google Cloud beside a running local cloud when PLUMBLINE_LOCAL is set to nothing', async () => {
    await inFolder(async (cwd) => {
      localCloud(cwd);
      expect(load(cwd, { ...PLATFORM, PLUMBLINE_LOCAL: '' }).local).toBeNull();
    });
  });

  it('let nobody say who they are where it matters', async () => {
    await inFolder(async (cwd) => {
      expect(() => load(cwd, PLATFORM, { as: 'boss@example.com' })).toThrow(SettingsError);
      expect(load(cwd, PLATFORM).identity).toBeNull();
      expect(
        load(cwd, { ...PLATFORM, SPANNER_EMULATOR_HOST: '127.0.0.1:9010', PLUMBLINE_AS: 'a@b' }).identity,
      ).toBe('a@b');
    });
  });

  it.each([
    ['platform:\n  projekt: p\n', /projekt/],
    ['platform: [', /not valid YAML/],
    ['store: mysql\n', /spanner/],
    [
      'store: mysql\npolicy: { rules: [{ decision: auto }, { decision: no }], longest: { pause: ever } }\n',
      /spanner[\s\S]*policy\.rules\[0\]: [\s\S]*policy\.rules\[1\]\.decision[\s\S]*policy\.longest\.pause/,
    ],
  ])('say what is wrong with the file %j', async (text, message) => {
    await inFolder(async (cwd) => {
      writeFileSync(join(cwd, 'plumbline.yaml'), text);
      expect(() => load(cwd, PLATFORM)).toThrow(message);
    });
  });

  it.each([
    [{}, { config: 'gone.yaml' }, /settings file .*gone\.yaml cannot be read/],
    [{}, { store: 'mysql' }, /the store "mysql" is not known/],
    [{}, { store: 'spanner' }, /database: --set database=… or PLUMBLINE_DATABASE/],
    [{}, { set: ['colour=red'] }, /use key=value with one of the keys project, region/],
    [{ PLUMBLINE_LOCAL: 'gone.json' }, {}, /gone\.json, which does not exist/],
  ])('refuse %j %j with the way to go on', async (env, flags, message) => {
    await inFolder(async (cwd) => {
      expect(() => load(cwd, env, flags)).toThrow(message);
    });
  });

  it('do not take a foreign file for the local cloud', async () => {
    await inFolder(async (cwd) => {
      mkdirSync(join(cwd, '.plumbline'));
      writeFileSync(join(cwd, '.plumbline', 'local.json'), '{"pid": "me"}');
      expect(() => load(cwd)).toThrow(/is not the info file of a local cloud/);
    });
  });
});
