/** The images of one build, kept as one JSON file each: what a docker daemon would hold. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface Image {
  /** `sha256:…` of the image's configuration; what docker calls its ID. */
  readonly id: string;
  /** `sha256:…` of the manifest; what a registry calls it. */
  readonly digest: string;
  readonly sizeBytes: number;
  readonly labels: Readonly<Record<string, string>>;
  /** `NAME:TAG` references in the order they were given. */
  readonly tags: readonly string[];
  /** `NAME@sha256:…`, one for each name it was pushed to. */
  readonly repoDigests: readonly string[];
}

/** What goes into an image; the same ingredients give the same digest, in whatever order they come. */
interface Ingredients {
  readonly dockerfile: string;
  readonly files: readonly { path: string; hash: string; executable: boolean; size: number }[];
  readonly labels: Readonly<Record<string, string>>;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly target: string;
}

const sha256 = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;

/** The image without tags that these ingredients give. */
export function imageOf({ dockerfile, files, labels, buildArgs, target }: Ingredients): Image {
  const config = JSON.stringify({
    dockerfile,
    files: files.map(({ path, hash, executable }) => [path, hash, executable]),
    labels: Object.entries(labels).sort(),
    buildArgs: Object.entries(buildArgs).sort(),
    target,
  });
  const id = sha256(config);
  const sizeBytes = files.reduce((sum, { size }) => sum + size, 0);
  return { id, digest: sha256(`manifest of ${id}`), sizeBytes, labels, tags: [], repoDigests: [] };
}

/** `NAME:latest` for a reference without a tag. */
export function withTag(reference: string): string {
  return reference.includes(':', reference.lastIndexOf('/')) ? reference : `${reference}:latest`;
}

/** The reference without its tag. */
export const nameOf = (reference: string): string => withTag(reference).replace(/:[^:/]*$/, '');

export class LocalImages {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  list(): Image[] {
    return readdirSync(this.#folder).map(
      (file) => JSON.parse(readFileSync(join(this.#folder, file), 'utf8')) as Image,
    );
  }

  /** By tag, by `NAME@sha256:…`, or by the beginning of its ID. */
  find(reference: string): Image | undefined {
    const tag = withTag(reference);
    const byId = /^(?:sha256:)?([0-9a-f]{6,64})$/.exec(reference)?.[1];
    return this.list().find(
      (image) =>
        image.tags.includes(tag) ||
        image.repoDigests.includes(reference) ||
        (byId !== undefined && image.id.startsWith(`sha256:${byId}`)),
    );
  }

  /** Keeps the image under these tags too; a tag that another image had is taken from it. */
  tag(image: Image, references: readonly string[]): Image {
    const tags = references.map(withTag);
    for (const other of this.list()) {
      if (other.id === image.id) continue;
      const left = other.tags.filter((tag) => !tags.includes(tag));
      if (left.length < other.tags.length) this.#save({ ...other, tags: left });
    }
    const known = this.find(image.id) ?? image;
    return this.#save({ ...known, tags: [...new Set([...known.tags, ...tags])] });
  }

  /** Remembers where it was pushed to. */
  pushed(image: Image, name: string): Image {
    const repoDigests = [...new Set([...image.repoDigests, `${name}@${image.digest}`])];
    return this.#save({ ...image, repoDigests });
  }

  #save(image: Image): Image {
    writeFileSync(join(this.#folder, `${image.id.slice('sha256:'.length)}.json`), JSON.stringify(image));
    return image;
  }
}
