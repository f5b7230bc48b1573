/** The filter of `builds.list`: the comparisons callers use to find a build again by its tag, status or id. */
import { ApiError } from '../core/errors.ts';
import { STATUS, type Build } from './model.ts';

const TERM = /^\s*([a-z_]+)\s*(=|!=|>=|<=|>|<)\s*("(?:[^"\\]|\\.)*"|[^\s()"]+)\s*/;
const TIMES: Readonly<Record<string, 'createTime' | 'startTime' | 'finishTime'>> = {
  create_time: 'createTime',
  start_time: 'startTime',
  finish_time: 'finishTime',
};

type Predicate = (build: Build) => boolean;

/**
 * `tags="a" AND status=WORKING create_time>"2026-01-01T00:00:00Z"`: terms joined by AND or blanks. Throws
 * INVALID_ARGUMENT for anything else (OR, NOT, brackets, other fields).
 */
export function parseFilter(filter: string): Predicate {
  const terms: Predicate[] = [];
  let rest = filter.trim();
  while (rest !== '') {
    const match = TERM.exec(rest);
    if (!match) throw invalidFilter(filter, `cannot read it from "${rest}"`);
    const [whole, field = '', operator = '', raw = ''] = match;
    const value = raw.startsWith('"') ? raw.slice(1, -1).replaceAll(/\\(.)/g, '$1') : raw;
    terms.push(term(filter, field, operator, value));
    rest = rest.slice(whole.length).replace(/^AND\s+/, '');
  }
  return (build) => terms.every((holds) => holds(build));
}

function term(filter: string, field: string, operator: string, value: string): Predicate {
  const time = TIMES[field];
  if (time !== undefined) {
    const want = Date.parse(value);
    if (Number.isNaN(want)) throw invalidFilter(filter, `"${value}" is not a time`);
    return (build) => build[time] !== undefined && compare(Date.parse(build[time]), operator, want);
  }
  if (operator !== '=' && operator !== '!=')
    throw invalidFilter(filter, `${field} cannot be compared by ${operator}`);
  const holds = equality(filter, field, value);
  return operator === '=' ? holds : (build) => !holds(build);
}

function equality(filter: string, field: string, value: string): Predicate {
  switch (field) {
    case 'tags':
      return (build) => build.tags.includes(value);
    case 'status':
      if (!(value in STATUS)) throw invalidFilter(filter, `there is no status "${value}"`);
      return (build) => build.status === value;
    case 'build_id':
    case 'id':
      return (build) => build.id === value;
    default:
      throw invalidFilter(filter, `the local cloud cannot filter by "${field}"`);
  }
}

function compare(have: number, operator: string, want: number): boolean {
  switch (operator) {
    case '>':
      return have > want;
    case '>=':
      return have >= want;
    case '<':
      return have < want;
    case '<=':
      return have <= want;
    case '!=':
      return have !== want;
    default:
      return have === want;
  }
}

const invalidFilter = (filter: string, why: string): ApiError =>
  new ApiError('INVALID_ARGUMENT', `invalid list filter: ${filter}: ${why}`);
