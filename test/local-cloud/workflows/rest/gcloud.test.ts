import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../../../support/tools.ts';
import { workflowsCloud, type WorkflowsCloud } from '../support/cloud.ts';

const run = promisify(execFile);

// Worth its twenty seconds: gcloud is what people will point at the local cloud, and it polls and parses on its own.
describeWith('gcloud', 'real gcloud', (gcloud) => {
  let w: WorkflowsCloud;
  let folder: string;

  const call = async (...args: string[]): Promise<{ stdout: string; stderr: string }> =>
    run(gcloud, [...args, '--format=json'], {
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        CLOUDSDK_CONFIG: folder,
        CLOUDSDK_CORE_PROJECT: 'acme',
        CLOUDSDK_WORKFLOWS_LOCATION: 'us-central1',
        CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
        CLOUDSDK_AUTH_DISABLE_CREDENTIALS: 'true',
        CLOUDSDK_API_ENDPOINT_OVERRIDES_WORKFLOWS: `${w.workflows.url}/`,
        CLOUDSDK_API_ENDPOINT_OVERRIDES_WORKFLOWEXECUTIONS: `${w.executions.url}/`,
      },
    });
  const json = async (...args: string[]): Promise<unknown> =>
    JSON.parse((await call('workflows', ...args)).stdout) as unknown;
  const source = (name: string, text: string): string => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return `--source=${file}`;
  };

  beforeAll(async () => {
    w = await workflowsCloud();
    folder = mkdtempSync(join(tmpdir(), 'plumb-gcloud-'));
    await w.deploy('plus', 'main: {params: [x], steps: [{a: {return: "${x.n + 1}"}}]}');
    await w.deploy('nap', '- nap: {call: sys.sleep, args: {seconds: 30000000}}');
  });
  afterAll(async () => {
    await w.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('deploys, changes, describes and lists workflows, and shows why one cannot be deployed', async () => {
    const file = source('w.yaml', '- a: {return: \'${sys.get_env("K")}\'}\n');
    const flags = ['--labels=team=blue', '--set-env-vars=K=v', '--call-log-level=log-errors-only'];
    expect(await json('deploy', 'w', file, ...flags, '--description=first')).toMatchObject({
      state: 'ACTIVE',
      labels: { team: 'blue' },
      userEnvVars: { K: 'v' },
      callLogLevel: 'LOG_ERRORS_ONLY',
    });
    const account = '--service-account=runner@acme.iam.gserviceaccount.com';
    expect(await json('deploy', 'w', account, '--labels=tier=one')).toMatchObject({
      labels: { tier: 'one' },
      serviceAccount: 'projects/acme/serviceAccounts/runner@acme.iam.gserviceaccount.com',
      revisionId: expect.stringMatching(/^000002-/) as string,
    });
    expect(await json('describe', 'w')).toMatchObject({ description: 'first', userEnvVars: { K: 'v' } });
    expect(await json('list', '--filter=description=first')).toMatchObject([{ description: 'first' }]);

    const bad = source('bad.yaml', '- step2: {return: "${varC}"}\n');
    await expect(json('deploy', 'w2', bad)).rejects.toThrow(
      "[INVALID_ARGUMENT] failed to build: error in step step2: error evaluating return value: symbol 'varC'",
    );
  });

  it('runs to the end, and lists what was run', async () => {
    expect(await json('run', 'plus', '--data={"n": 41}', '--labels=by=gcloud')).toMatchObject({
      state: 'SUCCEEDED',
      result: '42',
      labels: { by: 'gcloud' },
    });
    expect(await json('executions', 'list', 'plus')).toMatchObject([{ state: 'SUCCEEDED' }]);
  });

  it('starts, waits for and describes executions, also the last one', async () => {
    const { name } = (await json('execute', 'plus', '--data={"n": 1}')) as { name: string };
    expect(await json('executions', 'wait', name)).toMatchObject({ name, result: '2' });
    expect(await json('executions', 'wait-last')).toMatchObject({ name, result: '2' });
    expect(await json('executions', 'describe', name)).toMatchObject({ name, state: 'SUCCEEDED' });
    expect(await json('executions', 'describe-last')).toMatchObject({ name, state: 'SUCCEEDED' });
  });

  it('cancels an execution, and deletes its workflow', async () => {
    const { name } = (await json('execute', 'nap')) as { name: string };
    expect(await json('executions', 'cancel', name)).toMatchObject({ state: 'CANCELLED' });
    await call('workflows', 'delete', 'nap');
    await expect(json('describe', 'nap')).rejects.toThrow('NOT_FOUND');
    await expect(json('executions', 'describe', name)).rejects.toThrow('NOT_FOUND');
  });
});
