/**
 * Which command stands for a step's image. There is no container engine here: a step runs as a process of this
 * machine. These are all the stand-ins there are; an image that is not among them fails its step by name.
 *
 * | image | runs |
 * | --- | --- |
 * | those of the configuration's `images` | the entrypoint given there |
 * | `gcr.io/cloud-builders/docker`, `docker` | the docker stand-in (docker/main.ts): images are hashed, not built |
 * | `gcr.io/cloud-builders/{git,gcloud,kubectl,npm}` | the tool of that name |
 * | `gcr.io/google.com/cloudsdktool/{cloud-sdk,google-cloud-cli}` | the step's entrypoint or first argument |
 * | `hashicorp/terraform`, `alpine/git`, `bitnami/kubectl` | the tool of that name |
 * | `node` | `node`, unless the first argument is a command |
 * | `ubuntu`, `debian`, `alpine`, `busybox`, `bash`, `python` | the step's entrypoint or first argument |
 *
 * A step's own `entrypoint` always wins and is looked for on the PATH a step has.
 */
import type { CloudConfig } from '../core/config.ts';

/** Image → the command its entrypoint is; empty for images whose arguments are the command. */
const STAND_INS: Readonly<Record<string, readonly string[]>> = {
  'gcr.io/cloud-builders/docker': ['docker'],
  docker: ['docker'],
  'gcr.io/cloud-builders/git': ['git'],
  'alpine/git': ['git'],
  'gcr.io/cloud-builders/gcloud': ['gcloud'],
  'gcr.io/cloud-builders/kubectl': ['kubectl'],
  'bitnami/kubectl': ['kubectl'],
  'gcr.io/cloud-builders/npm': ['npm'],
  'hashicorp/terraform': ['terraform'],
  'gcr.io/google.com/cloudsdktool/cloud-sdk': [],
  'gcr.io/google.com/cloudsdktool/google-cloud-cli': [],
  node: [],
  ubuntu: [],
  debian: [],
  alpine: [],
  busybox: [],
  bash: [],
  python: [],
};

/** What an image without entrypoint runs when a step gives it no arguments, or only options. */
const DEFAULT_COMMAND: Readonly<Record<string, string>> = { node: 'node', bash: 'bash', python: 'python3' };

/** Public mirrors of Docker Hub, and the namespace its official images stand in. */
const HUB = /^(?:(?:index\.)?docker\.io\/|mirror\.gcr\.io\/)?(?:library\/)?/;

export type Resolved = { readonly argv: readonly string[] } | { readonly error: string };

/** The argv that stands for the image with these arguments, or why there is none. */
export function commandOf(
  step: { readonly name: string; readonly entrypoint: string; readonly args: readonly string[] },
  config: Pick<CloudConfig, 'images'>,
): Resolved {
  const image = imageName(step.name);
  const configured = config.images.find((each) => each.image === image)?.entrypoint;
  const builtIn = STAND_INS[image.replace(HUB, '')];
  const entrypoint = configured ?? builtIn;
  if (!entrypoint) return { error: unknownImage(step.name, config) };
  if (step.entrypoint !== '') return { argv: [step.entrypoint, ...step.args] };
  if (entrypoint.length > 0) return { argv: [...entrypoint, ...step.args] };
  const [first] = step.args;
  const fallback = DEFAULT_COMMAND[image.replace(HUB, '')];
  if (first !== undefined && !(fallback !== undefined && /^-|\.m?js$|\.py$/.test(first)))
    return { argv: step.args };
  if (fallback !== undefined) return { argv: [fallback, ...step.args] };
  return {
    error: `the image "${step.name}" has no entrypoint: give the step an entrypoint, args or a script`,
  };
}

/** The image without tag and digest. A port in the registry's name is not a tag. */
export function imageName(reference: string): string {
  const [name = ''] = reference.split('@');
  const tag = name.indexOf(':', name.lastIndexOf('/'));
  return tag < 0 ? name : name.slice(0, tag);
}

function unknownImage(name: string, config: Pick<CloudConfig, 'images'>): string {
  const known = [...config.images.map(({ image }) => image), ...Object.keys(STAND_INS)].join(', ');
  return (
    `the image "${name}" cannot be run: the local Cloud Build has no container engine. It stands in for ${known}; ` +
    `for another image, name its entrypoint under "images" in the local cloud's configuration`
  );
}
