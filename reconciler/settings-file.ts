/** The settings file, plumbline.yaml: where it is looked for, what it may say, and what is wrong with it. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { archiveFileSchema } from './archive-settings.ts';
import { breakerSchema } from './breaker-limits.ts';
import { at } from './json.ts';
import type { Json } from './model.ts';
import { notifyFileSchema } from './notify-settings.ts';
import { passFileSchema } from './pass-settings.ts';
import { SettingsError } from './platform-settings.ts';
import { parsePolicy } from './policy-settings.ts';
import { DEFAULT_POLICY, type PolicySettings } from './policy/settings.ts';
import { telemetryFileSchema } from './telemetry-settings.ts';

export interface SettingsInput {
  readonly flags: {
    /** `spanner` or `embedded`. */
    readonly store?: string;
    readonly as?: string;
    /** `key=value`, repeatable: one setting of the platform each. */
    readonly set?: readonly string[];
    /** Another file than ./plumbline.yaml. */
    readonly config?: string;
  };
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
}

const text = z.string().min(1).optional();
const fileSchema = z.strictObject({
  platform: z
    .strictObject({
      project: text,
      region: text,
      scope: text,
      database: text,
      stateBucket: text,
      stepsImage: text,
      workflowIdentity: text,
      terraformIdentity: text,
    })
    .default({}),
  /** Accounts that a pass impersonates for reading and for launching. */
  observeIdentity: text,
  launchIdentity: text,
  store: z.enum(['spanner', 'embedded']).optional(),
  /** Of the embedded store. */
  storeFile: text,
  policy: z.unknown().optional(),
  breaker: breakerSchema,
  /** Off unless it says how often. */
  deepCheck: z
    .strictObject({
      everyHours: z
        .number()
        .int()
        .min(1)
        .max(24 * 365)
        .nullable()
        .default(null),
    })
    .default({ everyHours: null }),
  operators: z.array(z.email('use an email address')).optional(),
  pass: passFileSchema,
  notify: notifyFileSchema,
  reports: archiveFileSchema,
  telemetry: telemetryFileSchema,
});
export type SettingsFile = Omit<z.infer<typeof fileSchema>, 'policy'> & { readonly policy: PolicySettings };

/** Where settings are looked for: named by flag or variable, or ./plumbline.yaml. */
export const settingsPath = ({ flags, env, cwd }: SettingsInput): string =>
  resolve(cwd, flags.config ?? env['PLUMBLINE_CONFIG'] ?? 'plumbline.yaml');

/** The settings file, checked; empty when there is none and none is named. Throws SettingsError. */
export function readSettingsFile(input: SettingsInput): SettingsFile {
  const named = input.flags.config ?? input.env['PLUMBLINE_CONFIG'];
  const path = settingsPath(input);
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    if (named === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT')
      return { ...fileSchema.parse({}), policy: DEFAULT_POLICY };
    throw new SettingsError(`the settings file ${path} cannot be read; correct --config or the path`, {
      cause: error,
    });
  }
  let value: unknown;
  try {
    value = parse(content);
  } catch (error) {
    throw new SettingsError(`${path} is not valid YAML: ${(error as Error).message}`, { cause: error });
  }
  const parsed = fileSchema.safeParse(value ?? {});
  const policy = parsePolicy(at(value as Json, 'policy'));
  const problems = [
    ...(parsed.success ? [] : [z.prettifyError(parsed.error)]),
    ...(policy.ok ? [] : policy.problems),
  ];
  if (!parsed.success || !policy.ok) throw new SettingsError(`${path}:\n${problems.join('\n')}`);
  return { ...parsed.data, policy: policy.policy };
}
