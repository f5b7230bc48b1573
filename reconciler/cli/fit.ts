/** Painted lines made to fit a window: broken between words, each piece in the colour of the whole. */
import { Lines } from '../report/lines.ts';

/** Colours around a line that is painted as a whole, and the line. */
const PAINTED = /^((?:\u001b\[[\d;]*m)*)(.*?)((?:\u001b\[[\d;]*m)*)$/s;

/** `width` in characters; null: as they are. */
export function fit(lines: readonly string[], width: number | null): string[] {
  if (width === null) return [...lines];
  return lines.flatMap((line) => {
    const [, before = '', text = '', after = ''] = PAINTED.exec(line) ?? [];
    // Painted piece by piece: nothing in it may be taken for a letter.
    if (text.includes('\u001b')) return [line];
    const pieces = new Lines(width);
    pieces.add(text, (piece) => `${before}${piece}${after}`);
    return pieces.toString().trimEnd().split('\n');
  });
}
