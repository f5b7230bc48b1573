import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeWith } from '../../../support/tools.ts';
import { workflowsCloud, type WorkflowsCloud } from '../support/cloud.ts';

const run = promisify(execFile);

// Worth its four seconds: gcloud is what people will point at the local cloud, and it polls and parses on its own.
describeWith('gcloud', 'real gcloud', (gcloud) => {
  let w: WorkflowsCloud;
  let folder: string;
  beforeAll(async () => {
    w = await workflowsCloud();
    folder = mkdtempSync(join(tmpdir(), 'plumb-gcloud-'));
  });
  afterAll(async () => {
    await w.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const call = async (...args: string[]): Promise<{ stdout: string; stderr: string }> =>
    run(gcloud, [...args, '--location=us-central1', '--format=json'], {
      env: {
        PATH: process.env['PATH'],
        HOME: folder,
        CLOUDSDK_CONFIG: folder,
        CLOUDSDK_CORE_PROJECT: 'acme',
        CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
        CLOUDSDK_AUTH_DISABLE_CREDENTIALS: 'true',
        CLOUDSDK_API_ENDPOINT_OVERRIDES_WORKFLOWS: `${w.workflows.url}/`,
        CLOUDSDK_API_ENDPOINT_OVERRIDES_WORKFLOWEXECUTIONS: `${w.executions.url}/`,
      },
    });

  it('deploys a workflow, runs it, and shows why another cannot be deployed', async () => {
    const good = join(folder, 'good.yaml');
    writeFileSync(good, 'main: {params: [x], steps: [{a: {return: "${x.n + 1}"}}]}\n');
    const deployed = await call('workflows', 'deploy', 'w', `--source=${good}`, '--labels=team=blue');
    expect(JSON.parse(deployed.stdout)).toMatchObject({ state: 'ACTIVE', labels: { team: 'blue' } });

    const executed = await call('workflows', 'run', 'w', '--data={"n": 41}');
    expect(JSON.parse(executed.stdout)).toMatchObject({ state: 'SUCCEEDED', result: '42' });

    const bad = join(folder, 'bad.yaml');
    writeFileSync(bad, '- step2: {return: "${varC}"}\n');
    await expect(call('workflows', 'deploy', 'w2', `--source=${bad}`)).rejects.toThrow(
      "[INVALID_ARGUMENT] failed to build: error in step step2: error evaluating return value: symbol 'varC'",
    );
  });
});
