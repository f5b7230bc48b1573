/** The provider as real Terraform meets it: several provider blocks, environments, data sources, interruption. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createCloud, type Cloud } from '../../../local-cloud/core/cloud.ts';
import { configSchema } from '../../../local-cloud/core/config.ts';
import { principalOf } from '../../../local-cloud/core/identity.ts';
import { createTerraformHost } from '../../../local-cloud/terraform/host.ts';
import { bareParts } from '../../support/bare-cloud.ts';
import { describeWith } from '../../support/tools.ts';
import { cleanEnvironment, execute, type CliResult } from '../../terraform/cli.ts';

describeWith('terraform', 'real Terraform on the provider', (terraform) => {
  let cloud: Cloud;
  let folder: string;
  let env: NodeJS.ProcessEnv;

  beforeEach(async () => {
    cloud = createCloud(configSchema.parse({ dataDir: '.', speed: 100_000 }), (self) => ({
      ...bareParts(),
      terraform: createTerraformHost(self),
    }));
    folder = mkdtempSync(join(tmpdir(), 'plumb-tf-'));
    const step = {
      principal: 'builder@p',
      env: { GOOGLE_PROJECT: 'from-env', GOOGLE_REGION: 'us-central1' },
    };
    env = cleanEnvironment((await cloud.terraform.attach(step)).env);
  });
  afterEach(async () => {
    await cloud.terraform.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (...args: string[]): Promise<CliResult> => execute(terraform, args, folder, env);
  const configure = async (hcl: string): Promise<void> => {
    writeFileSync(join(folder, 'main.tf'), hcl);
    expect(await run('init')).toMatchObject({ code: 0 });
  };
  const network = (name: string, more = '') =>
    `resource "google_compute_network" "${name}" {\n name = "${name}"\n auto_create_subnetworks = false\n ${more}\n}\n`;

  it('keeps aliased and beta providers apart, and takes the environment where the block is silent', async () => {
    await configure(`
      provider "google" {}
      provider "google" {
        alias   = "other"
        project = "aliased"
      }
      provider "google-beta" { project = "in-beta" }
      ${network('a')}
      ${network('b', 'provider = google.other')}
      ${network('c', 'provider = google-beta')}
    `);
    expect(await run('apply', '-auto-approve')).toMatchObject({ code: 0, stderr: '' });
    expect(cloud.resources.list().map(({ name }) => name)).toEqual([
      'compute.googleapis.com/projects/aliased/global/networks/b',
      'compute.googleapis.com/projects/from-env/global/networks/a',
      'compute.googleapis.com/projects/in-beta/global/networks/c',
    ]);
  });

  it('answers data sources, with a token of the identity in use', async () => {
    await configure(`
      provider "google" { impersonate_service_account = "infra@p" }
      data "google_project" "here" {}
      data "google_client_config" "me" {}
      output "number" { value = data.google_project.here.number }
      output "token" {
        value     = data.google_client_config.me.access_token
        sensitive = true
      }
    `);
    expect(await run('apply', '-auto-approve')).toMatchObject({ code: 0 });
    const outputs = JSON.parse((await run('output', '-json')).stdout) as Record<string, { value: string }>;
    expect(outputs['number']?.value).toMatch(/^\d{12}$/);
    expect(principalOf(`Bearer ${outputs['token']?.value ?? ''}`)).toBe('infra@p');
  });

  it('refuses an impersonation that the credentials service refuses', async () => {
    cloud.faults.order({
      service: 'iamcredentials',
      principal: 'builder@p',
      status: 403,
      message: 'not you',
    });
    await configure(`
      provider "google" { impersonate_service_account = "infra@p" }
      ${network('a')}
    `);
    const { code, stderr } = await run('plan', '-no-color');
    expect(code).toBe(1);
    expect(stderr).toContain('Error impersonating infra@p: googleapi: Error 403: not you');
  });

  it('points at the argument that is wrong', async () => {
    await configure(network('a', 'routing_mode = "WORLD"'));
    const { code, stderr } = await run('validate', '-no-color');
    expect(code).toBe(1);
    expect(stderr).toContain('expected routing_mode to be one of ["REGIONAL" "GLOBAL" ""], got WORLD');
    expect(stderr).toContain('routing_mode = "WORLD"');
  });

  it('replaces what cannot be changed in place, and imports what is there already', async () => {
    await configure(network('a'));
    expect(await run('apply', '-auto-approve')).toMatchObject({ code: 0 });
    expect(await run('state', 'rm', 'google_compute_network.a')).toMatchObject({ code: 0 });
    const conflict = await run('apply', '-auto-approve', '-no-color');
    expect(conflict.stderr).toContain('googleapi: Error 409');
    expect(await run('import', 'google_compute_network.a', 'a')).toMatchObject({ code: 0 });
    expect(await run('plan', '-detailed-exitcode')).toMatchObject({ code: 0 });
    await configure(network('a').replace('name = "a"', 'name = "z"'));
    expect((await run('plan', '-no-color')).stdout).toContain('"a" -> "z" # forces replacement');
  });

  it('ends an interrupted apply with an error, and keeps what came into being as tainted', async () => {
    await configure(network('a'));
    cloud.clock.setSpeed(0);
    const child = spawn(terraform, ['apply', '-auto-approve', '-no-color'], { cwd: folder, env });
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    await new Promise<void>((resolve) => cloud.resources.onChange(() => resolve()));
    child.kill('SIGINT');
    expect(await ended).toBe(1);
    expect(stderr).toContain('interrupted');
    cloud.clock.setSpeed(100_000);
    expect((await run('plan', '-no-color')).stdout).toContain('is tainted, so must be replaced');
  });
});
