/** How the table of commands is tied to what runs: the one shape every action has, and the flags several of them share. */
import { InvalidArgumentError, Option } from 'commander';
import type { Cli } from './host.ts';

/** Runs a command with its Cli and keeps the exit code it gives back. */
export type Bind = (run: (cli: Cli) => Promise<number>) => Promise<void>;

export const outputOption = (choices: readonly string[], standard: string): Option =>
  new Option('-o, --output <format>', 'how to print').choices(choices).default(standard);

/** For a flag that counts something. */
export const wholeNumber =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`use a whole number from ${least} to ${most}`);
  };
