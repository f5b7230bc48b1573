/** Removing the tenant's folder of the state bucket, once nothing in it is needed any more. */
import type { Platform } from '../../reconciler/model.ts';
import { choose, expr, when, type Step } from '../tree.ts';
import { runBuild } from './build.ts';

export const cleanup = (platform: Platform): readonly Step[] => [
  ...runBuild(
    platform,
    {
      tag: 'cleanup',
      what: 'the cleanup',
      program: 'cleanup',
      action: 'objects',
      where: 'management',
      input: { bucket: platform.stateBucket, prefix: expr('args.terraform.statePrefix') },
      timeout: '1800s',
    },
    'cleanup',
  ),
  choose(
    'nothing_left',
    when(expr('len(cleanup.output.left) > 0'), {
      raise: {
        message: expr(
          '"the cleanup left " + json.encode_to_string(cleanup.output.left) + " (build " + cleanup.id + ", log " + cleanup.log + ")"',
        ),
        build: expr('cleanup.id'),
        log: expr('cleanup.log'),
      },
    }),
  ),
];
