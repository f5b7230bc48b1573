/**
 * A container would see the scratch folders as `/workspace` and so on. Without one, those paths are exchanged in what
 * a step is told (arguments, environment, script); a path that a program itself spells out cannot be.
 */
import { join } from 'node:path';

export interface Mount {
  /** As the step names it, e.g. `/workspace`. */
  readonly path: string;
  /** The folder on this machine. */
  readonly folder: string;
}

export interface Scratch {
  /** The build's own folder; everything below is in it. */
  readonly root: string;
  readonly workspace: string;
  readonly home: string;
  readonly temporary: string;
  /** Holds one folder for each step's `$BUILDER_OUTPUT`. */
  readonly outputs: string;
  /** Where the docker stand-in keeps the build's images. */
  readonly docker: string;
  readonly gcloud: string;
}

export function scratchOf(root: string): Scratch {
  return {
    root,
    workspace: join(root, 'workspace'),
    home: join(root, 'home'),
    temporary: join(root, 'tmp'),
    outputs: join(root, 'outputs'),
    docker: join(root, 'docker'),
    gcloud: join(root, 'gcloud'),
  };
}

/** The mounts of one step: what every step has, and its own volumes, which steps of one build share by name. */
export function mountsOf(
  scratch: Scratch,
  index: number,
  volumes: readonly { readonly name: string; readonly path: string }[],
): Mount[] {
  return [
    { path: '/workspace', folder: scratch.workspace },
    { path: '/builder/home', folder: scratch.home },
    { path: '/builder/outputs', folder: join(scratch.outputs, String(index)) },
    ...volumes.map(({ name, path }) => ({
      path,
      folder: join(scratch.root, 'volumes', encodeURIComponent(name)),
    })),
  ];
}

/** `text` with every mounted path exchanged for its folder; only whole path segments count. */
export function throughMounts(text: string, mounts: readonly Mount[]): string {
  const byPath = new Map(mounts.map(({ path, folder }) => [path, folder]));
  // One pass, longest first: a folder put in must not be read as a mounted path again.
  const paths = [...byPath.keys()].sort((a, b) => b.length - a.length).map(literally);
  const pattern = new RegExp(`(?<![\\w./-])(?:${paths.join('|')})(?![\\w.-])`, 'g');
  return text.replace(pattern, (path) => byPath.get(path) ?? path);
}

const literally = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\/]/g, '\\$&');
