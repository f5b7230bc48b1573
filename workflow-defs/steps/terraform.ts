/** Terraform, in the management pool: its input and the place of its state. */
import type { Platform } from '../../reconciler/model.ts';
import { assign, expr, type Step } from '../tree.ts';
import { runBuild } from './build.ts';

/** Puts the address of the tenant's state in `state_uri`; the bucket is a literal, never part of an expression. */
export const locateState = (platform: Platform): Step =>
  assign('locate_state', {
    state_bucket: platform.stateBucket,
    state_uri: expr('"gs://" + state_bucket + "/" + args.terraform.statePrefix + "/default.tfstate"'),
  });

const state = (platform: Platform) => ({
  bucket: platform.stateBucket,
  prefix: expr('args.terraform.statePrefix'),
});

/** Leaves the outputs in `terraform.output.outputs`. */
export const applyTerraform = (platform: Platform): readonly Step[] =>
  runBuild(
    platform,
    {
      tag: 'terraform',
      what: 'the infrastructure change',
      program: 'terraform',
      action: 'apply',
      where: 'management',
      input: {
        ...state(platform),
        vars: expr('args.terraform.vars'),
        allowDestroy: expr('args.terraform.allowDestroy'),
        mayDestroy: expr('args.terraform.mayDestroy'),
        imports: expr('args.terraform.imports'),
      },
      timeout: '7200s',
    },
    'terraform',
  );

/** Destroys from the variables given, which decommission takes from the snapshot of the last apply. */
export const destroyTerraform = (platform: Platform): readonly Step[] =>
  runBuild(
    platform,
    {
      tag: 'terraform',
      what: 'the removal of the infrastructure',
      program: 'terraform',
      action: 'destroy',
      where: 'management',
      input: { ...state(platform), vars: expr('args.terraform.vars'), allowDestroy: true },
      timeout: '7200s',
    },
    'terraform',
  );

/** Looks where the world differs from the state; leaves `{drift, omitted}` in `refresh.output`. */
export const refreshTerraform = (platform: Platform): readonly Step[] =>
  runBuild(
    platform,
    {
      tag: 'refresh',
      what: 'the look at the infrastructure',
      program: 'terraform',
      action: 'plan-refresh',
      where: 'management',
      input: { ...state(platform), vars: expr('args.terraform.vars') },
      timeout: '2400s',
    },
    'refresh',
  );
