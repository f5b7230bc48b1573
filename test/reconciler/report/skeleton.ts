/** The tags and attribute names of a page, read as a browser's tokenizer reads them; text and values are left out. */

/** One entry per tag: `div class id`, `/div`. Throws on markup that no writer of ours makes (an unclosed tag). */
export function skeleton(page: string): string[] {
  const tags: string[] = [];
  let at = 0;
  while ((at = page.indexOf('<', at)) !== -1) {
    // As in the HTML standard, "<" begins a tag only before a letter, "/", "!" or "?".
    if (!/[a-zA-Z/!?]/.test(page[at + 1] ?? '')) {
      at += 1;
      continue;
    }
    const [tag, end] = readTag(page, at + 1);
    tags.push(tag);
    const raw = /^(style|script)\b/.exec(tag)?.[1];
    at = raw === undefined ? end : page.indexOf(`</${raw}>`, end);
  }
  return tags;
}

function readTag(page: string, start: number): [tag: string, end: number] {
  let outside = '';
  let quote: string | undefined;
  for (let at = start; at < page.length; at += 1) {
    const character = page[at] ?? '';
    if (quote !== undefined) {
      if (character === quote) quote = undefined;
    } else if (character === '"' || character === "'") {
      quote = character;
    } else if (character === '>') {
      return [outside.replace(/=/g, ' ').replace(/\s+/g, ' ').trim(), at + 1];
    } else {
      outside += character;
    }
  }
  throw new Error(`a tag that begins at ${start} never ends`);
}
