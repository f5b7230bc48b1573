/** How the steps of a build run: order, environment, output, failure. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCloud, outputOf, shell, type BuildCloud } from './builds.ts';

let builds: BuildCloud;
beforeAll(async () => {
  builds = await buildCloud();
});
afterAll(() => builds.close());

describe('steps', () => {
  it('run one after the other in one workspace and leave their outputs by index', async () => {
    const build = await builds.run({
      steps: [
        shell('echo one > file; echo first > $BUILDER_OUTPUT/output', { id: 'first' }),
        shell('cat file'),
        shell('cat file > $BUILDER_OUTPUT/output', { dir: '.' }),
      ],
    });
    expect(build.status).toBe('SUCCESS');
    expect([0, 1, 2].map((i) => outputOf(build, i))).toEqual(['first\n', '', 'one\n']);
    expect(build.steps.map(({ status, exitCode }) => [status, exitCode])).toEqual([
      ['SUCCESS', 0],
      ['SUCCESS', 0],
      ['SUCCESS', 0],
    ]);
    expect(build.timing).toHaveProperty('BUILD');
    const log = await builds.log(build.id);
    expect(log).toContain('Starting Step #0 - "first"\n');
    expect(log).toContain('Step #1: one\n');
    expect(log.trimEnd().endsWith('DONE')).toBe(true);
  });

  it('wait only for the steps they name, and for none with "-"', async () => {
    // `late` and `early` can only both end well when `early` does not wait for `late`.
    const build = await builds.run({
      steps: [
        shell('until test -e go; do sleep 0.02; done', { id: 'late', waitFor: ['-'] }),
        shell('true', { id: 'early', waitFor: ['-'] }),
        shell('touch go', { id: 'opener', waitFor: ['early'] }),
        shell('test -e go', { waitFor: ['late', 'opener'] }),
      ],
    });
    expect(build.status).toBe('SUCCESS');
  });

  it('stop the build when one fails, and say why in its last words', async () => {
    const build = await builds.run({
      steps: [
        shell('sleep 600', { waitFor: ['-'] }),
        shell('echo "Error: quota exceeded" >&2; echo "|____" >&2; exit 3', { id: 'apply', waitFor: ['-'] }),
        shell('touch never'),
      ],
    });
    expect(build.status).toBe('FAILURE');
    const detail = 'build step 1 "ubuntu" failed: step exited with non-zero status: 3: Error: quota exceeded';
    expect(build.statusDetail).toBe(detail);
    expect(build.failureInfo).toEqual({ type: 'USER_BUILD_STEP', detail });
    expect(build.steps.map(({ status }) => status)).toEqual(['CANCELLED', 'FAILURE', 'QUEUED']);
    expect(await builds.log(build.id)).toContain('Step #1 - "apply": Error: quota exceeded');
  });

  it('keep the output of a step that failed', async () => {
    const build = await builds.run({ steps: [shell('echo cause > $BUILDER_OUTPUT/output; exit 1')] });
    expect([build.status, outputOf(build, 0)]).toEqual(['FAILURE', 'cause\n']);
  });

  it('may fail where the build allows it', async () => {
    const build = await builds.run({
      steps: [
        shell('exit 2', { allowExitCodes: [2] }),
        shell('exit 9', { allowFailure: true }),
        shell('true'),
      ],
    });
    expect(build.status).toBe('SUCCESS');
    expect(build.steps.map(({ status, exitCode }) => [status, exitCode])).toEqual([
      ['FAILURE', 2],
      ['FAILURE', 9],
      ['SUCCESS', 0],
    ]);
  });

  it('keep the first 50 KB of an output', async () => {
    const build = await builds.run({ steps: [shell('head -c 60000 /dev/zero > $BUILDER_OUTPUT/output')] });
    expect(outputOf(build, 0)).toHaveLength(50 * 1024);
  });

  it('run scripts, with /workspace meaning the workspace and substitutions as variables', async () => {
    const build = await builds.run({
      steps: [
        shell('echo here > /workspace/file'),
        {
          name: 'ubuntu',
          script: 'cat /workspace/file > $BUILDER_OUTPUT/output; echo $_WORD >> $BUILDER_OUTPUT/output',
        },
      ],
      substitutions: { _WORD: 'mapped' },
      options: { automapSubstitutions: true },
    });
    expect(outputOf(build, 1)).toBe('here\nmapped\n');
  });

  it('share volumes by name', async () => {
    const build = await builds.run({
      steps: [
        shell('echo shared > /data/file', { volumes: [{ name: 'v', path: '/data' }] }),
        shell('cat /other/file > $BUILDER_OUTPUT/output', { volumes: [{ name: 'v', path: '/other' }] }),
      ],
    });
    expect(outputOf(build, 1)).toBe('shared\n');
  });

  it('leave nothing but their log behind', async () => {
    const { id } = await builds.run({ steps: [shell('touch file')] });
    const folder = join(builds.dataDir, 'builds', id);
    expect(existsSync(join(folder, `log-${id}.txt`))).toBe(true);
    expect(existsSync(join(folder, 'scratch'))).toBe(false);
  });

  it('can be ordered to fail', async () => {
    builds.cloud.faults.order({
      service: 'build-step',
      contains: 'unlucky',
      status: 500,
      message: 'disk full',
      times: 1,
    });
    const build = await builds.run({ steps: [shell('echo unlucky')] });
    expect(build.statusDetail).toContain('disk full');
  });
});

describe('images', () => {
  it('that nothing stands in for fail their step by name', async () => {
    const build = await builds.run({ steps: [{ name: 'gcr.io/acme/builder:v1', args: ['x'] }] });
    expect(build.status).toBe('FAILURE');
    expect(build.statusDetail).toContain('the image "gcr.io/acme/builder:v1" cannot be run');
  });

  it('of the configuration run the entrypoint given there', async () => {
    const own = await buildCloud({
      images: [
        { image: 'us-central1-docker.pkg.dev/p/plumbline/steps', entrypoint: ['echo', 'from', 'the image'] },
      ],
    });
    const build = await own.run({
      steps: [{ name: 'us-central1-docker.pkg.dev/p/plumbline/steps:v1@sha256:abc', args: ['x'] }],
    });
    expect(await own.log(build.id)).toContain('Step #0: from the image x');
    await own.close();
  });

  it('fail their step when the program is not there', async () => {
    const build = await builds.run({ steps: [{ name: 'ubuntu', entrypoint: 'no-such-program' }] });
    expect(build.statusDetail).toContain('exec: "no-such-program": executable file not found in $PATH');
  });
});

describe("a step's environment", () => {
  const environment = async (build: object): Promise<Record<string, string>> => {
    const steps = [{ name: 'ubuntu', entrypoint: 'env', env: ['OWN=1', 'STORAGE_EMULATOR_HOST=elsewhere'] }];
    const { id } = await builds.run({ steps, ...build });
    const lines = (await builds.log(id)).matchAll(/^Step #0: ([A-Za-z_0-9]+)=(.*)$/gm);
    return Object.fromEntries([...lines].map(([, key = '', value = '']) => [key, value]));
  };

  it('leads every client to this cloud, whatever the build says, and inherits nothing', async () => {
    process.env['PLUMBLINE_SECRET_OF_THE_HOST'] = 'x';
    const env = await environment({});
    delete process.env['PLUMBLINE_SECRET_OF_THE_HOST'];
    expect(env).toMatchObject({
      OWN: '1',
      STORAGE_EMULATOR_HOST: builds.cloud.endpoints['storage'],
      CLOUDSDK_API_ENDPOINT_OVERRIDES_CLOUDBUILD: `${builds.cloud.endpoints['cloudbuild']!}/`,
      TF_INPUT: '0',
    });
    expect(Object.keys(env).filter((key) => key.startsWith('PLUMBLINE'))).toEqual([]);
    expect(env['HTTP_PROXY']).toBeUndefined();
  });

  it("has a metadata server that speaks for the build's account", async () => {
    const build = await builds.run({
      serviceAccount: 'projects/acme-prod/serviceAccounts/acme-deploy@acme-prod.iam.gserviceaccount.com',
      options: { logging: 'CLOUD_LOGGING_ONLY' },
      steps: [
        {
          name: 'node',
          args: [
            '-e',
            `const get = (path) => fetch('http://' + process.env.GCE_METADATA_HOST + '/computeMetadata/v1/' + path, {headers: {'Metadata-Flavor': 'Google'}});
             (async () => {
               const {access_token} = await (await get('instance/service-accounts/default/token')).json();
               const email = await (await get('instance/service-accounts/default/email')).text();
               const bare = await fetch('http://' + process.env.GCE_METADATA_HOST + '/computeMetadata/v1/project/project-id');
               await fetch(process.env.STORAGE_EMULATOR_HOST + '/storage/v1/b?project=whoami', {headers: {authorization: 'Bearer ' + access_token}});
               console.log('I am', email, bare.status, await (await get('project/project-id')).text());
             })();`,
          ],
        },
      ],
    });
    const email = 'acme-deploy@acme-prod.iam.gserviceaccount.com';
    expect(await builds.log(build.id)).toContain(`Step #0: I am ${email} 403 acme-prod`);
    expect(builds.cloud.audit.list({ service: 'storage' }).at(-1)).toMatchObject({ principal: email });
  });

  it('has the secrets it was promised, and the build fails when one cannot be read', async () => {
    const { cloud } = builds;
    await builds.call('secretmanager', 'POST', '/v1/projects/acme-prod/secrets?secretId=db', {
      replication: { automatic: {} },
    });
    await builds.call('secretmanager', 'POST', '/v1/projects/acme-prod/secrets/db:addVersion', {
      payload: { data: Buffer.from('hunter2').toString('base64') },
    });
    const secret = (versionName: string) => ({ secretManager: [{ versionName, env: 'PASSWORD' }] });
    const steps = [shell('printf %s "$PASSWORD" > $BUILDER_OUTPUT/output', { secretEnv: ['PASSWORD'] })];
    const good = await builds.run({
      steps,
      availableSecrets: secret('projects/acme-prod/secrets/db/versions/1'),
    });
    expect(outputOf(good, 0)).toBe('hunter2');
    const bad = await builds.run({
      steps,
      availableSecrets: secret('projects/acme-prod/secrets/db/versions/9'),
    });
    expect(bad).toMatchObject({
      status: 'FAILURE',
      statusDetail: expect.stringContaining('projects/acme-prod/secrets/db/versions/9') as string,
    });
    expect(cloud.audit.list({ service: 'secretmanager' }).at(-1)?.principal).toMatch(/-compute@developer/);
  });
});
