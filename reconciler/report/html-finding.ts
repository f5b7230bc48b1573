/** Pieces of the page that causes and tenants share: badges, the two sides, the three choices, what a filter finds. */
import type { Finding, RunReport, TenantReport } from '../model.ts';
import type { Cause } from './causes.ts';
import type { Choice } from './choices.ts';
import { hasSides, symbolOf } from './finding-words.ts';
import { html, type Markup } from './markup.ts';
import { printable } from './printable.ts';
import type { Verdicts } from './timeline.ts';
import { valueText } from './words.ts';

/** What every tenant on the page is told with. */
export interface Context {
  readonly report: RunReport;
  /** The cause of a finding that many tenants share. */
  readonly shared: ReadonlyMap<Finding, Cause>;
  readonly verdicts: Verdicts;
}

/** Escape sequences and reading-direction marks are as misleading on a page as in a terminal. */
export const text = (value: string): string => printable(value);

/** A symbol and a word, in a colour: never the colour alone. */
export const badge = (finding: Finding): Markup =>
  html`<span class="tag ${finding.class}">${symbolOf(finding)} ${finding.class}</span>`;

export const value = (side: Finding['want']): Markup => html`<code>${text(valueText(side))}</code>`;

/** `want 4 → have 8`, where there are two sides. */
export const sides = (finding: Finding): Markup | null =>
  hasSides(finding)
    ? html`<span class="sides">want ${value(finding.want)} → have ${value(finding.have)}</span>`
    : null;

/** What names hundreds of tenants scrolls in a box, which the keyboard must reach. */
const LONG_COMMAND = 600;

const commandText = (command: string): Markup =>
  command.length < LONG_COMMAND
    ? html`<code class="command">${text(command)}</code>`
    : html`<code class="command long" tabindex="0">${text(command)}</code>`;

export const choiceList = (choices: readonly Choice[]): Markup =>
  html`<div class="choices">
    ${choices.map(
      ({ title, text: words, commands }) =>
        html`<div>
          <b>${title}</b>
          <p class="quiet">${words}</p>
          ${commands.map(commandText)}
        </div> `,
    )}
  </div>`;

/** What the filter finds a tenant by besides what is written of it. */
export const filterWords = ({ verdict, findings, held, paused }: TenantReport): string =>
  [
    `verdict:${verdict}`,
    ...new Set(findings.map((finding) => `class:${finding.class}`)),
    ...new Set(held.map(({ reason }) => `held:${reason}`)),
    ...(paused === null ? [] : ['paused']),
    ...(findings.some(({ excepted }) => excepted !== null) ? ['excepted'] : []),
  ].join(' ');
