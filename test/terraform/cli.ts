/** Real Terraform on a copy of the repository's `terraform/` folder, attached to a local cloud. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunningCloud } from '../../local-cloud/start.ts';

export interface CliResult {
  /** 0 done or no changes, 1 error, 2 changes (with -detailed-exitcode). */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Workspace {
  /** Where the root module is: the folder commands run in. */
  readonly folder: string;
  run(...args: string[]): Promise<CliResult>;
  close(): Promise<void>;
}

/** Terraform retries a dead backend without end and outlives SIGTERM then, so every call has a hard end. */
const KILL_AFTER_MS = 60_000;

/**
 * A copy of `root` (below `terraform/`) with `vars` as its tfvars file, run as `principal`. State is kept in a file
 * beside it unless `bucket` says otherwise.
 */
export async function workspace(
  terraform: string,
  running: RunningCloud,
  options: { root: string; vars: object; principal: string; bucket?: string },
): Promise<Workspace> {
  const scratch = mkdtempSync(join(tmpdir(), 'plumb-tf-'));
  cpSync(join(import.meta.dirname, '..', '..', 'terraform'), scratch, { recursive: true });
  const folder = join(scratch, options.root);
  writeFileSync(join(folder, 'terraform.tfvars.json'), JSON.stringify(options.vars));
  if (options.bucket === undefined) {
    writeFileSync(join(folder, 'backend_override.tf'), 'terraform {\n  backend "local" {}\n}\n');
  }
  const attached = await running.cloud.terraform.attach({ principal: options.principal, env: {} });
  const env = cleanEnvironment({
    ...attached.env,
    STORAGE_EMULATOR_HOST: running.endpoints['storage'] ?? '',
  });
  return {
    folder,
    run: (...args) => execute(terraform, args, folder, env),
    close: async () => {
      await attached.close();
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

/** The caller's own Terraform settings (a CLI configuration, a workspace) must not reach a test. */
export function cleanEnvironment(more: Record<string, string>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(TF_|GOOGLE_|CLOUDSDK_)/.test(name));
  return {
    ...Object.fromEntries(inherited),
    TF_IN_AUTOMATION: '1',
    TF_INPUT: '0',
    CHECKPOINT_DISABLE: '1',
    ...more,
  };
}

export function execute(
  file: string,
  args: readonly string[],
  cwd: string,
  env?: NodeJS.ProcessEnv,
): Promise<CliResult> {
  return new Promise((resolve) => {
    const options = {
      cwd,
      env: env ?? cleanEnvironment({}),
      timeout: KILL_AFTER_MS,
      killSignal: 'SIGKILL' as const,
    };
    execFile(file, [...args], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
      resolve({ code, stdout, stderr });
    });
  });
}
