/** Building the image in the tenant's private pool; the digest is then in `digest`. */
import type { Platform } from '../../reconciler/model.ts';
import { assign, expr, type Step } from '../tree.ts';
import { runBuild } from './build.ts';

/** Cloud Build fetches the source, so that the step itself needs no right to the repository. */
export const buildImage = (platform: Platform): readonly Step[] => [
  ...runBuild(
    platform,
    {
      tag: 'image',
      what: 'the image build',
      program: 'build-image',
      action: 'build',
      where: 'pool',
      input: {
        reference: expr('args.image.reference'),
        repository: expr('args.image.source.repository'),
        revision: expr('args.image.source.revision'),
        intent: expr('args.intent'),
      },
      source: {
        gitSource: {
          // Cloud Build substitutes a `$` in any field; a URL can say the same without it. A revision or a folder
          // could not, so the record's schema refuses it there.
          url: expr('text.replace_all(args.image.source.repository, "$", "%24")'),
          revision: expr('args.image.source.revision'),
          dir: expr('args.image.source.folder'),
        },
      },
      timeout: '3600s',
    },
    'image',
  ),
  assign('built_digest', { digest: expr('image.output.digest') }),
];
