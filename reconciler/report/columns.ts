/** Text in columns, as kubectl prints its tables: upper-case heads, three spaces between, nothing ruled. */

const GAP = '   ';

/** Lines without trailing blanks. Widths count code points, which is right for the names and words shown here. */
export function columns(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = heads.map((head, index) =>
    Math.max(...[head, ...rows.map((row) => row[index] ?? '')].map(width)),
  );
  return [heads, ...rows].map((row) =>
    widths
      .map((room, index) => {
        const cell = row[index] ?? '';
        return cell + ' '.repeat(room - width(cell));
      })
      .join(GAP)
      .trimEnd(),
  );
}

const width = (text: string): number => Array.from(text).length;
