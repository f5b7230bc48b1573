/** Builds the workload's image from the source Cloud Build has fetched, and pushes it. */
import { z } from 'zod';
import type { Json } from '../reconciler/model.ts';
import { parseInput } from './input.ts';
import { mustRun, run, tail } from './run.ts';
import { StepError, type Context } from './step.ts';

const input = z.strictObject({
  reference: z.string().regex(/^[a-z0-9][-a-z0-9./:]*[a-z0-9]$/, 'must be an image without tag or digest'),
  repository: z.string().min(1),
  revision: z.string().min(1),
  intent: z.string().regex(/^[A-Za-z0-9_][-A-Za-z0-9_.]{0,127}$/, 'must be usable as an image tag'),
});

type Input = z.infer<typeof input>;

const tagOf = ({ reference, intent }: Pick<Input, 'reference' | 'intent'>): string =>
  `${reference}:${intent}`;

/** `revision` is the commit that was built. */
export const buildArguments = (of: Input, revision: string): string[] => [
  'build',
  `--label=org.opencontainers.image.source=${of.repository}`,
  `--label=org.opencontainers.image.revision=${revision}`,
  `--label=dev.plumbline.intent=${of.intent}`,
  `--tag=${tagOf(of)}`,
  '.',
];

/** Gives `{digest, image, revision}`; `image` is the full reference with digest. */
export async function buildImage(raw: Json, context: Context): Promise<Json> {
  const of = parseInput(input, raw);
  const running = { cwd: context.workspace, seconds: 60 };
  const head = await run('git', ['rev-parse', 'HEAD'], running, context);
  // A source that came without its history is still what the revision named.
  const revision = head.exitCode === 0 ? head.stdout.trim() : of.revision;

  const docker = (args: readonly string[], subject: string, seconds: number) =>
    mustRun(
      'docker',
      args,
      { ...running, seconds },
      context,
      (ran) => `docker ${args[0] ?? ''} of ${subject}: ${tail(ran)}`,
    );
  await docker(buildArguments(of, revision), `${of.repository} at ${revision}`, 2700);
  await docker(['push', tagOf(of)], tagOf(of), 600);
  const inspected = await docker(['inspect', '--format={{json .RepoDigests}}', tagOf(of)], tagOf(of), 60);
  const digest = digestOf(inspected, of.reference);
  return { digest, image: `${of.reference}@${digest}`, revision };
}

/** An image may carry digests of several registries; only the one it was pushed to counts. */
export function digestOf(inspected: string, reference: string): string {
  const digests = z.array(z.string()).nullable().catch(null).parse(parsed(inspected));
  const own = digests?.find((each) => each.startsWith(`${reference}@sha256:`));
  if (own === undefined) {
    throw new StepError(
      `docker reports no digest of ${reference} after the push; it said: ${inspected.trim()}`,
    );
  }
  return own.slice(reference.length + 1);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
