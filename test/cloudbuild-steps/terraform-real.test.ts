/** The Terraform program with the real Terraform, its state in the local cloud's storage. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { apply, destroy } from '../../cloudbuild-steps/terraform/terraform.ts';
import { storageService } from '../../local-cloud/storage/service.ts';
import { bareCloud, type BareCloud } from '../support/bare-cloud.ts';
import { describeWith } from '../support/tools.ts';
import { openBench, type Bench } from './bench.ts';

/** `terraform_data` is built in, so no provider has to be found. */
const ROOT = `
terraform {
  backend "gcs" {}
}
variable "name" { type = string }
variable "kind" { type = string }
resource "terraform_data" "it" {
  input            = var.name
  triggers_replace = var.kind
  lifecycle {
    precondition {
      condition     = var.name != "bad"
      error_message = "The name must not be bad."
    }
  }
}
output "name" { value = terraform_data.it.output }
output "secret" {
  value     = var.name
  sensitive = true
}
`;

describeWith('terraform', 'the terraform step with the real Terraform', (terraform) => {
  let bench: Bench;
  let bare: BareCloud;
  beforeEach(async () => {
    bench = await openBench();
    bare = await bareCloud([storageService]);
    await bare.call('storage', 'POST', '/storage/v1/b?project=plumbline-platform', { name: 'state' });
    const root = join(bench.folder, 'bundle', 'tenant', 'gcp');
    mkdirSync(root, { recursive: true });
    writeFileSync(join(root, 'main.tf'), ROOT);
    Object.assign(bench.context.env, {
      PATH: `${dirname(terraform)}:${bench.context.env['PATH'] ?? ''}`,
      PLUMBLINE_TERRAFORM_ROOT: join(bench.folder, 'bundle'),
      STORAGE_EMULATOR_HOST: bare.cloud.endpoints['storage'],
      CHECKPOINT_DISABLE: '1',
    });
  });
  afterEach(async () => {
    bench.close();
    await bare.close();
  });

  const input = (name: string, more = {}) => ({
    bucket: 'state',
    prefix: 'tenants/acme',
    vars: { name, kind: 'a' },
    allowDestroy: false,
    ...more,
  });
  const changes = (of: object) => ({
    changes: { create: 0, update: 0, replace: 0, delete: 0, import: 0, ...of },
  });

  test('applies, changes in place, refuses to replace, destroys', async () => {
    expect(await apply(input('${1 + 1}'), bench.context)).toEqual({
      outputs: { name: '${1 + 1}' },
      ...changes({ create: 1 }),
    });
    expect(await apply(input('b'), bench.context)).toEqual({
      outputs: { name: 'b' },
      ...changes({ update: 1 }),
    });
    const replacing = input('b', { vars: { name: 'b', kind: 'b' } });
    await expect(apply(replacing, bench.context)).rejects.toThrow(
      'would delete or replace terraform_data.it',
    );
    expect(await destroy(input('b', { allowDestroy: true }), bench.context)).toEqual(changes({ delete: 1 }));
  });

  test('takes over what exists, once, and refuses to replace what it took over', async () => {
    const imports = [{ to: 'terraform_data.it', id: 'that-one' }];
    // A value that was taken over is not known to be made of this kind, so Terraform would make it anew.
    await expect(apply(input('a', { imports }), bench.context)).rejects.toThrow(
      /would delete or replace terraform_data\.it, .*nothing was changed/,
    );
    const mayDestroy = ['terraform_data.it'];
    const taken = await apply(input('a', { imports, mayDestroy }), bench.context);
    expect(taken).toMatchObject(changes({ replace: 1, import: 1 }));
    expect(await apply(input('a', { imports }), bench.context)).toMatchObject(changes({}));
  });

  test.each([
    ['${file("/etc/passwd")}', 'terraform_data.it'],
    ['x', 'terraform_data.it\n}'],
  ])('takes no import id or address that could be read as anything else: %s', async (id, to) => {
    await expect(apply(input('a', { imports: [{ to, id }] }), bench.context)).rejects.toThrow(
      /the input is not valid: imports\.0\.(id|to): is no/,
    );
  });

  test('tells an error in Terraform’s own words, with the address', async () => {
    await expect(apply(input('bad'), bench.context)).rejects.toThrow(
      /^terraform plan: Resource precondition failed \(The name must not be bad\.\)$/,
    );
  });

  test('tells a missing bucket', async () => {
    await expect(apply(input('a', { bucket: 'nowhere' }), bench.context)).rejects.toThrow(
      /^terraform init: .*doesn't exist.*gs:\/\/nowhere\/tenants\/acme/,
    );
  });
});
