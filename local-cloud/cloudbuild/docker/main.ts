/**
 * The `docker` that build steps find on their PATH: a stand-in, because a machine need have no container engine.
 * It reads Dockerfiles, hashes contexts into digests and tells the local registry of what was pushed. It runs nothing.
 */
import { build } from './build.ts';
import { LocalImages, nameOf, withTag } from './images.ts';
import { inspect, list } from './inspect.ts';
import { pushImage } from './push.ts';

type Print = (line: string) => void;
type Command = (args: readonly string[], images: LocalImages, print: Print) => void | Promise<void>;

const COMMANDS: Readonly<Record<string, Command>> = {
  build,
  tag,
  push,
  inspect,
  images: list,
  version: (_args, _images, print) => print('Docker version 0.0.0, stand-in of the Plumbline local cloud'),
};

async function main(args: readonly string[], print: Print): Promise<void> {
  const state = process.env['DOCKER_STAND_IN_STATE'];
  if (state === undefined) {
    throw new Error(
      'DOCKER_STAND_IN_STATE is not set: this docker is a stand-in that works in local Cloud Build steps only',
    );
  }
  // `docker image build` and `docker buildx build` are the same command by longer names.
  const [name = '', ...rest] = args[0] === 'image' || args[0] === 'buildx' ? args.slice(1) : args;
  const command = COMMANDS[name];
  if (!command) {
    const known = Object.keys(COMMANDS).join(', ');
    throw new Error(`docker: '${name}' is not part of the docker stand-in; it knows ${known}`);
  }
  await command(rest, new LocalImages(state), print);
}

function tag([source, target]: readonly string[], images: LocalImages): void {
  if (source === undefined || target === undefined)
    throw new Error('"docker tag" requires exactly 2 arguments.');
  const image = images.find(source);
  if (!image) throw new Error(`Error response from daemon: No such image: ${withTag(source)}`);
  images.tag(image, [target]);
}

async function push(
  args: readonly string[],
  images: LocalImages,
  print: (line: string) => void,
): Promise<void> {
  const [reference] = args.filter((arg) => !arg.startsWith('-'));
  if (reference === undefined) throw new Error('"docker push" requires exactly 1 argument.');
  print(`The push refers to repository [${nameOf(reference)}]`);
  const registry = {
    url: process.env['DOCKER_STAND_IN_REGISTRY'] ?? '',
    token: process.env['GOOGLE_OAUTH_ACCESS_TOKEN'] ?? '',
  };
  const { digest, sizeBytes } = await pushImage(images, reference, registry);
  print(`${withTag(reference).slice(nameOf(reference).length + 1)}: digest: ${digest} size: ${sizeBytes}`);
}

main(process.argv.slice(2), (line) => void process.stdout.write(`${line}\n`)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
