/**
 * Compares everything Terraform made with what is there, the kinds nobody models included. What it finds is the
 * execution's result; the tenant's status stays as it is, whatever that says.
 */
import type { Platform } from '../../reconciler/model.ts';
import { framed } from '../steps/frame.ts';
import { refreshTerraform } from '../steps/terraform.ts';
import { expr, type Workflow } from '../tree.ts';

export function deepCheck(platform: Platform): Workflow {
  return framed(platform, {
    begin: {},
    work: refreshTerraform(platform),
    done: {},
    result: { check: expr('refresh.output') },
    onFailure: 'keep-status',
  });
}
