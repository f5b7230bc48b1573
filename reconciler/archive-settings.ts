/** The `reports:` part of plumbline.yaml: whether reports are also written to a bucket, where, and in which formats. */
import { z } from 'zod';

/** Formats and the ending of their files. */
export const ARCHIVED = {
  json: { ending: 'json', type: 'application/json' },
  html: { ending: 'html', type: 'text/html; charset=utf-8' },
  text: { ending: 'txt', type: 'text/plain; charset=utf-8' },
  yaml: { ending: 'yaml', type: 'application/yaml' },
  markdown: { ending: 'md', type: 'text/markdown; charset=utf-8' },
  junit: { ending: 'xml', type: 'application/xml' },
  sarif: { ending: 'sarif', type: 'application/sarif+json' },
} as const;

export type ArchivedFormat = keyof typeof ARCHIVED;

export interface ArchiveSettings {
  /** Null: the state bucket. */
  readonly bucket: string | null;
  readonly formats: readonly ArchivedFormat[];
}

const NAMES = Object.keys(ARCHIVED) as [ArchivedFormat, ...ArchivedFormat[]];

/** `reports` in the settings file. */
export const archiveFileSchema = z
  .strictObject({
    bucket: z.string().min(1).nullable().default(null),
    formats: z.array(z.enum(NAMES)).min(1).default(['json', 'html']),
  })
  .optional();
