/** The part of Asset Inventory's search query language that is served: words and field comparisons, all of which must hold. */
import { invalid } from '../core/body.ts';
import { ApiError } from '../core/errors.ts';

/** The fields of a search result that a query can name; all are text here. */
export interface Searchable {
  readonly name: string;
  readonly assetType: string;
  readonly project: string;
  readonly displayName: string;
  readonly location: string;
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
}

const TEXT_FIELDS = ['name', 'project', 'displayName', 'location', 'state'] as const;
const TOKEN = /(?:[^\s"]|"[^"]*")+/g;
const TERM = /^([A-Za-z][\w.-]*)(:|=)(.+)$/;

/**
 * A predicate for `query`: `acme`, `location:us-central1`, `state=RUNNING`, `labels.tier:gold`, joined by blanks or AND.
 * `:` matches a part or a prefix with `*`, `=` the whole value. Throws UNIMPLEMENTED for OR, NOT and brackets.
 */
export function parseSearch(query: string | null): (item: Searchable) => boolean {
  const tokens = (query ?? '').match(TOKEN)?.filter((token) => token !== 'AND') ?? [];
  const terms = tokens.map((token) => {
    if (/^(OR|NOT)$|^[-(]|\)$/.test(token)) {
      throw new ApiError(
        'UNIMPLEMENTED',
        `searchAllResources: "${token}" is not part of the local cloud's queries.`,
      );
    }
    const [, field, operator, value] = TERM.exec(token) ?? [];
    if (field === undefined || value === undefined) return freeText(unquoted(token));
    return fieldTerm(field, operator === '=', unquoted(value));
  });
  return (item) => terms.every((holds) => holds(item));
}

function freeText(word: string): (item: Searchable) => boolean {
  return (item) =>
    [item.name, item.displayName, item.location, ...Object.entries(item.labels).flat()].some((text) =>
      like(text, word),
    );
}

function fieldTerm(field: string, exact: boolean, want: string): (item: Searchable) => boolean {
  const compare = (have: string | undefined) =>
    have !== undefined && (exact ? have === want : like(have, want));
  if (field.startsWith('labels.')) return (item) => compare(item.labels[field.slice('labels.'.length)]);
  if (field === 'labels') return (item) => Object.keys(item.labels).some(compare);
  const known = TEXT_FIELDS.find((name) => name === field);
  if (known === undefined) throw invalid(`Invalid query: "${field}" is not a searchable field.`);
  return (item) => compare(item[known]);
}

function like(have: string, want: string): boolean {
  const text = have.toLowerCase();
  const part = want.toLowerCase();
  if (!part.endsWith('*')) return text.includes(part);
  return [text, ...text.split(/[/\-.]/)].some((word) => word.startsWith(part.slice(0, -1)));
}

const unquoted = (text: string): string => text.replace(/^"(.*)"$/, '$1');
