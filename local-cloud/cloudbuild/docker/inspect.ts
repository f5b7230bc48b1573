/** `docker inspect` and `docker images`: what scripts ask about an image, in the few template forms they use. */
import { parseArguments } from './arguments.ts';
import { nameOf, type Image, type LocalImages } from './images.ts';

/** What `docker inspect` prints without a format; `null` lists as docker has them. */
function described(image: Image): Record<string, unknown> {
  return {
    Id: image.id,
    RepoTags: image.tags,
    RepoDigests: image.repoDigests,
    Size: image.sizeBytes,
    Config: { Labels: image.labels },
    Os: 'linux',
    Architecture: 'amd64',
  };
}

/** Prints one line or document for each image named. Throws an Error in docker's words. */
export function inspect(args: readonly string[], images: LocalImages, print: (line: string) => void): void {
  const { values, positional } = parseArguments(args, {
    format: { value: true, short: 'f' },
    type: { value: true },
  });
  if (positional.length === 0) throw new Error('"docker inspect" requires at least 1 argument.');
  const found = positional.map((reference) => {
    const image = images.find(reference);
    if (!image) throw new Error(`Error: No such object: ${reference}`);
    return described(image);
  });
  const format = values['format']?.[0];
  if (format === undefined) print(JSON.stringify(found, null, 4));
  else
    for (const image of found)
      print(format.replaceAll(/\{\{(.*?)\}\}/g, (_, inner: string) => expand(inner.trim(), image)));
}

/** `.Field`, `json .Field`, `index .Field 0`: the Go template forms that are understood. */
function expand(expression: string, image: Record<string, unknown>): string {
  const index = /^\(?index\s+\.([\w.]+)\s+(\d+)\)?$/.exec(expression);
  if (index) {
    const list = fieldOf(image, index[1] ?? '') as unknown[];
    const value = list[Number(index[2])];
    if (value === undefined) {
      throw new Error(
        `template: :1:2: executing "" at <${expression}>: error calling index: index out of range: ${index[2] ?? ''}`,
      );
    }
    return asText(value);
  }
  const json = /^json\s+\.([\w.]*)$/.exec(expression);
  if (json) return JSON.stringify(fieldOf(image, json[1] ?? ''));
  const plain = /^\.([\w.]+)$/.exec(expression);
  if (plain) return asText(fieldOf(image, plain[1] ?? ''));
  throw new Error(`template parsing error: the docker stand-in does not know {{${expression}}}`);
}

function fieldOf(image: Record<string, unknown>, path: string): unknown {
  if (path === '') return image;
  return path.split('.').reduce<unknown>((value, key) => {
    const next = (value as Record<string, unknown>)[key];
    if (next === undefined) throw new Error(`template: :1:2: map has no entry for key "${key}"`);
    return next;
  }, image);
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** `docker images [--format json|…] [-q]`: a table of what was built here. */
export function list(args: readonly string[], images: LocalImages, print: (line: string) => void): void {
  const { values } = parseArguments(args, { quiet: { value: false, short: 'q' }, digests: { value: false } });
  const short = (id: string) => id.slice('sha256:'.length, 'sha256:'.length + 12);
  if (values['quiet']) {
    for (const { id } of images.list()) print(short(id));
    return;
  }
  print(['REPOSITORY', 'TAG', 'IMAGE ID', 'SIZE'].join('\t'));
  for (const { tags, id, sizeBytes } of images.list()) {
    for (const tag of tags)
      print([nameOf(tag), tag.slice(nameOf(tag).length + 1), short(id), `${sizeBytes}B`].join('\t'));
  }
}
