/** The nearest known name to one that was mistyped, for "did you mean". */

/** Longer names are not compared: the cost is quadratic and nobody mistypes a name of 65 letters by one. */
const LONGEST = 64;

/** Edits that turn one text into the other: insert, delete or replace a character, or swap two neighbours. */
export function editDistance(from: string, to: string): number {
  const rows = [Array.from({ length: to.length + 1 }, (_, column) => column)];
  const cost = (row: number, column: number): number => rows[row]?.[column] ?? Number.MAX_SAFE_INTEGER;
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    rows.push(current);
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      const swapped = row > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current.push(
        Math.min(
          cost(row - 1, column - 1) + (same ? 0 : 1),
          cost(row, column - 1) + 1,
          cost(row - 1, column) + 1,
          swapped ? cost(row - 2, column - 2) + 1 : Number.MAX_SAFE_INTEGER,
        ),
      );
    }
  }
  return cost(from.length, to.length);
}

/** The known name that a typing mistake may have come from: at most a third of its letters wrong, case apart. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  if (name.length > LONGEST) return undefined;
  let best: { name: string; distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    const near = distance <= Math.max(1, Math.floor(Math.max(name.length, candidate.length) / 3));
    if (near && (best === undefined || distance < best.distance)) best = { name: candidate, distance };
  }
  return best?.name;
}
