/** `docker build`: reads the Dockerfile, hashes the context, and calls the result an image. Nothing is executed. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pairs, parseArguments, type Flags } from './arguments.ts';
import { isInContext, readContext } from './context.ts';
import { contextSources, parseDockerfile } from './dockerfile.ts';
import { imageOf, withTag, type LocalImages } from './images.ts';

const FLAGS: Flags = {
  tag: { value: true, short: 't' },
  file: { value: true, short: 'f' },
  label: { value: true },
  'build-arg': { value: true },
  target: { value: true },
  platform: { value: true },
  iidfile: { value: true },
  'cache-from': { value: true },
  network: { value: true },
  progress: { value: true },
  provenance: { value: true },
  'no-cache': { value: false },
  pull: { value: false },
  rm: { value: false },
  quiet: { value: false, short: 'q' },
};

const REFERENCE = /^[a-z0-9]+(?:[._:/-]+[a-z0-9]+)*(?::[\w][\w.-]{0,127})?$/;

/** Runs it with the arguments after `build`. Throws an Error in docker's words. */
export function build(args: readonly string[], images: LocalImages, print: (line: string) => void): void {
  const { values, positional } = parseArguments(args, FLAGS);
  const [folder] = positional;
  if (folder === undefined || positional.length > 1)
    throw new Error('"docker build" requires exactly 1 argument.');
  const context = statSync(folder, { throwIfNoEntry: false });
  if (!context?.isDirectory()) throw new Error(`unable to prepare context: path "${folder}" not found`);
  const tags = (values['tag'] ?? []).map(checkedReference);
  const dockerfile = readDockerfile(values['file']?.[0] ?? join(folder, 'Dockerfile'));
  const instructions = parseDockerfile(dockerfile);
  const files = readContext(folder);
  print(`Sending build context to Docker daemon  ${files.reduce((sum, { size }) => sum + size, 0)}B`);
  for (const [index, instruction] of instructions.entries()) {
    print(`Step ${index + 1}/${instructions.length} : ${instruction.name} ${instruction.rest}`);
    for (const source of contextSources(instruction)) {
      if (isInContext(source, files)) continue;
      throw new Error(
        `${instruction.name} failed: file not found in build context or excluded by .dockerignore: stat ${source}: file does not exist`,
      );
    }
  }
  const image = images.tag(
    imageOf({
      dockerfile,
      files,
      labels: pairs(values['label'], process.env),
      buildArgs: pairs(values['build-arg'], process.env),
      target: values['target']?.[0] ?? '',
    }),
    tags,
  );
  const iidFile = values['iidfile']?.[0];
  if (iidFile !== undefined) writeFileSync(iidFile, image.id);
  print(`Successfully built ${image.id.slice('sha256:'.length, 'sha256:'.length + 12)}`);
  for (const tag of tags) print(`Successfully tagged ${tag}`);
}

function readDockerfile(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new Error(
      `unable to prepare context: unable to evaluate symlinks in Dockerfile path: lstat ${path}: no such file or directory`,
    );
  }
}

function checkedReference(reference: string): string {
  if (!REFERENCE.test(reference))
    throw new Error(`invalid argument "${reference}" for "-t, --tag" flag: invalid reference format`);
  return withTag(reference);
}
