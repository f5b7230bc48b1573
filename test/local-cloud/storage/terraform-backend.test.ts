/** Real Terraform's gcs backend against the local storage: state and its lock are what a tenant's safety hangs on. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { objectStore } from '../../../local-cloud/storage/object-store.ts';
import { storageService } from '../../../local-cloud/storage/service.ts';
import { bareCloud, type BareCloud } from '../../support/bare-cloud.ts';
import { describeWith } from '../../support/tools.ts';

/** Terraform retries a refused connection without end, so every run has a hard limit. */
const LIMIT = { timeout: 30_000, killSignal: 'SIGKILL' } as const;

const CONFIGURATION = `
terraform {
  backend "gcs" {
    bucket = "acme-state"
    prefix = "tenant/acme"
  }
}
output "greeting" {
  value = "hello"
}
`;

describeWith('terraform', "Terraform's gcs backend", (terraform) => {
  let bare: BareCloud;
  let folder: string;
  const run = (...args: string[]) =>
    execa(terraform, args, {
      ...LIMIT,
      cwd: folder,
      env: {
        STORAGE_EMULATOR_HOST: bare.cloud.endpoints['storage']!,
        CHECKPOINT_DISABLE: '1',
        TF_INPUT: '0',
      },
      reject: false,
    });

  beforeAll(async () => {
    bare = await bareCloud([storageService]);
    folder = mkdtempSync(join(tmpdir(), 'plumb-state-'));
    writeFileSync(join(folder, 'main.tf'), CONFIGURATION);
    await bare.call('storage', 'POST', '/storage/v1/b?project=acme-prod', { name: 'acme-state' });
  });
  afterAll(async () => {
    await bare.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('keeps its state here, releases its lock, and respects the lock of somebody else', async () => {
    expect((await run('init', '-no-color')).exitCode).toBe(0);
    expect((await run('apply', '-auto-approve', '-no-color')).exitCode).toBe(0);
    const objects = objectStore(bare.cloud);
    expect(objects.list('acme-state').map(({ name }) => name)).toEqual(['tenant/acme/default.tfstate']);
    const state = JSON.parse(
      objects.get('acme-state', 'tenant/acme/default.tfstate').data.toString(),
    ) as object;
    expect(state).toMatchObject({ outputs: { greeting: { value: 'hello' } } });

    const lock = JSON.stringify({ ID: '1', Operation: 'OperationTypeApply', Who: 'another-build' });
    objects.put('acme-state', 'tenant/acme/default.tflock', { data: Buffer.from(lock) });
    const refused = await run('apply', '-auto-approve', '-no-color');
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('Error acquiring the state lock');
    expect(refused.stderr).toContain('another-build');
  });
});
