/** The Terraform modules, copied into the workspace with the tenant's variables and import blocks beside them. */
import { existsSync } from 'node:fs';
import { cp, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import type { Import, Json } from '../../reconciler/model.ts';
import { StepError, wordsOf, type Context } from '../step.ts';

/** The root module within the bundle. */
const ROOT_MODULE = join('tenant', 'gcp');

/** Beside the sources it is two levels up; compiled to `dist/` we stand one level deeper in the same package. */
function bundleBesideUs(): string {
  const near = join(import.meta.dirname, '..', '..', 'terraform');
  return existsSync(near) ? near : join(import.meta.dirname, '..', '..', '..', 'terraform');
}

/** One resource that exists: its address, and an id in which nothing can be read as a template. */
export const importBlock = z.strictObject({
  to: z.string().regex(/^[\w.[\]"-]+$/, 'is no Terraform address'),
  id: z.string().regex(/^[\w./:@ -]+$/, 'is no import id'),
});

/** What a run gives to the modules. */
export interface Given {
  readonly vars: Json;
  /** Left out: nothing is taken over. */
  readonly imports?: readonly Import[];
}

/** Gives the folder to run Terraform in. The bundle comes from `PLUMBLINE_TERRAFORM_ROOT`, else from beside the steps. */
export async function unpackBundle(
  { vars, imports = [] }: Given,
  { env, workspace }: Context,
): Promise<string> {
  const source = env['PLUMBLINE_TERRAFORM_ROOT'] ?? bundleBesideUs();
  const target = join(workspace, 'terraform');
  const folder = join(target, ROOT_MODULE);
  try {
    await cp(source, target, {
      recursive: true,
      // Left by somebody's own run: another backend, another tenant's state.
      filter: (path) => !/^(\.terraform|.*\.tfstate(\..*)?|.*\.auto\.tfvars(\.json)?)$/.test(basename(path)),
    });
    // As JSON a value stays a value; the same text in HCL could be evaluated.
    await writeFile(join(folder, 'terraform.tfvars.json'), JSON.stringify(vars), { mode: 0o600 });
    if (imports.length > 0) {
      await writeFile(join(folder, 'imports.tf.json'), JSON.stringify({ import: imports }), { mode: 0o600 });
    }
  } catch (error) {
    throw new StepError(`the Terraform bundle in ${source} cannot be used: ${wordsOf(error)}`);
  }
  return folder;
}
