/** How the table of commands is tied to what runs: the one shape every action has, and the flag most of them share. */
import { Option } from 'commander';
import type { Cli } from './host.ts';

/** Runs a command with its Cli and keeps the exit code it gives back. */
export type Bind = (run: (cli: Cli) => Promise<number>) => Promise<void>;

export const outputOption = (choices: readonly string[], standard: string): Option =>
  new Option('-o, --output <format>', 'how to print').choices(choices).default(standard);
