/** How a pass over the fleet spends its time: settings that have defaults, with their names as variables. */
import { z } from 'zod';
import { FRESHNESS, type Freshness } from './passes.ts';
import { SettingsError } from './platform-settings.ts';

export interface PassSettings {
  readonly freshness: Freshness;
  /** How long a pass may look. */
  readonly minutes: number;
}

/** `pass` in the settings file. */
export const passFileSchema = z
  .strictObject({
    /** Everybody is read in full at least every so many passes. */
    fullEvery: z.number().optional(),
    /** Share of the fleet that every pass reads in full, moved or not. */
    sample: z.number().optional(),
    minutes: z.number().optional(),
  })
  .default({});

/** Half an hour: a full sweep of some hundred thousand resources, within the quota of one project. */
const DEFAULT_MINUTES = 30;

/** Cloud Run ends a task after a week. Source: Cloud Run, task timeout. */
const MOST_MINUTES = 7 * 24 * 60;

/** Throws SettingsError for a value that makes no sense, with its name and what would make sense. */
export function passSettings(
  env: Readonly<Record<string, string | undefined>>,
  file: z.infer<typeof passFileSchema>,
): PassSettings {
  const read = (variable: string, key: keyof typeof file, fits: (value: number) => boolean, want: string) => {
    const text = env[variable] || undefined;
    const value = text === undefined ? file[key] : Number(text);
    if (value === undefined || fits(value)) return value;
    const name = text === undefined ? `pass.${key}` : variable;
    throw new SettingsError(`${name} is ${text ?? String(value)}: want ${want}`);
  };
  const whole = (value: number) => Number.isInteger(value) && value >= 1;
  const share = (value: number) => value >= 0 && value <= 1;
  const minutes = (value: number) => value > 0 && value <= MOST_MINUTES;
  return {
    freshness: {
      fullEvery:
        read('PLUMBLINE_FULL_EVERY', 'fullEvery', whole, 'a whole number of passes from 1') ??
        FRESHNESS.fullEvery,
      sample: read('PLUMBLINE_SAMPLE', 'sample', share, 'a share from 0 to 1') ?? FRESHNESS.sample,
    },
    minutes:
      read(
        'PLUMBLINE_PASS_MINUTES',
        'minutes',
        minutes,
        `minutes, more than 0 and at most ${MOST_MINUTES}`,
      ) ?? DEFAULT_MINUTES,
  };
}
