/** What the local cloud is told when it starts: where it may write, which tools it may run, what it stands beside. */
import { z } from 'zod';

/** An image the local Cloud Build can "run": there is no container engine, so its entrypoint is a command here. */
const runnableImage = z.strictObject({
  /** The image without tag or digest, e.g. `us-central1-docker.pkg.dev/p/plumbline/steps`. */
  image: z.string(),
  /** argv of the entrypoint on this machine; a step's `args` follow it. */
  entrypoint: z.array(z.string()).min(1),
});

/** A folder served as a git repository under the URL that records name. */
const repository = z.strictObject({ url: z.string(), folder: z.string() });

export const configSchema = z.strictObject({
  /** First port of the block the services listen on, in the order of the endpoints table; 0 takes free ones. */
  port: z.int().min(0).max(65_000).default(0),
  /** Scratch space: build workspaces, logs, certificates. Created when missing. */
  dataDir: z.string(),
  /** How many times as fast as the wall cloud time runs. */
  speed: z.number().min(0).max(100_000).default(1),
  /** Base URL of a Spanner REST endpoint that the Workflows connectors call. */
  spanner: z.string().nullable().default(null),
  /** Tools that build steps find on their PATH: name → absolute path of the binary. */
  tools: z.record(z.string(), z.string()).default({}),
  images: z.array(runnableImage).default([]),
  repositories: z.array(repository).default([]),
  /** Emails of accounts that hold viewer roles only: whatever they ask that is not a read is refused. */
  viewers: z.array(z.string()).default([]),
  /** Stop when standard input ends, so that no local cloud outlives the program that started it. */
  stopWithStdin: z.boolean().default(false),
});

export type CloudConfig = z.infer<typeof configSchema>;
