/** Pieces of the page that causes and tenants share: badges, the two sides, the three choices. */
import type { Finding } from '../model.ts';
import type { Choice } from './choices.ts';
import { hasSides, symbolOf } from './finding-words.ts';
import { html, type Markup } from './markup.ts';
import { printable } from './printable.ts';
import { valueText } from './words.ts';

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

export const choiceList = (choices: readonly Choice[]): Markup =>
  html`<div class="choices">
    ${choices.map(
      ({ title, text: words, commands }) =>
        html`<div>
          <b>${title}</b>
          <p class="quiet">${words}</p>
          ${commands.map((command) => html`<code class="command">${text(command)}</code>`)}
        </div> `,
    )}
  </div>`;
