/** One sentence from whatever was thrown: no stack, no query strings, where tokens like to hide. */

export function describe(error: unknown): string {
  const text = error instanceof Error ? error.message : typeof error === 'string' ? error : 'unknown error';
  return redact(text.split('\n', 1)[0] ?? text);
}

/** Cuts query strings and passwords out of URLs, and masks bearer tokens and private keys. */
export function redact(text: string): string {
  return text
    .replace(/(https?:\/\/[^\s?"']+)\?[^\s"']*/g, '$1?…')
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@:"']*:[^\s/@"']+@/gi, '$1…@')
    .replace(/-----BEGIN [A-Z ]*PRIVATE KEY-----[^"']*/g, '-----BEGIN PRIVATE KEY-----…')
    .replace(/\b(ya29\.|Bearer )[\w.~+/=-]+/g, '$1…');
}
