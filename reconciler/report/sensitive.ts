/**
 * Keeps secrets out of what people read. Nothing in the model marks a value as secret, so it is decided by the names
 * of fields and by what a value looks like; docs/report.md has the rules. Every rendering goes through here first.
 */
import type { Finding, Json, RunReport } from '../model.ts';

/** Words of a field's name whose text is a secret. Each stands for a whole word: `TOKEN`, `apiKey`, `db-password`. */
const SECRET_WORDS = new Set([
  ...[
    'password',
    'passwd',
    'passphrase',
    'pwd',
    'pass',
    'secret',
    'secrets',
    'token',
    'tokens',
    'credential',
  ],
  ...['credentials', 'apikey', 'accesskey', 'privatekey', 'dsn', 'cookie', 'authorization', 'auth', 'bearer'],
]);

/** Pairs of words that together name a secret, where neither does alone. */
const SECRET_PAIRS =
  /\b(api|access|private|signing|encryption|client|account|shared|session) key\b|\bconnection string\b/;

/** A field of these names says where a secret is, not what it is. */
const REFERENCE_WORDS = new Set(['name', 'names', 'ref', 'version', 'versions', 'id', 'path', 'file', 'url']);

/** Whatever its field is called: addresses with a password, bearer tokens, private keys. */
const SECRET_TEXT =
  /[a-z][a-z0-9+.-]*:\/\/[^\s/@:]*:[^\s/@]+@|\bbearer\s+[\w.~+/-]{8,}|-----BEGIN [A-Z ]*PRIVATE KEY-----/i;

/** Kinds all of whose data is secret. */
const SECRET_KIND = 'secret';

/** Shorter texts stand in too many sentences by chance to be taken out of them. */
const SHORTEST_IN_TEXT = 4;

/** `containers[web].env[DB_PASSWORD]` → its last step `DB_PASSWORD` → `db password`. */
const wordsOf = (step: string): string[] =>
  step
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.toLowerCase())
    .filter((word) => word !== '');

function namesSecret(step: string): boolean {
  const words = wordsOf(step);
  const last = words.at(-1);
  if (last === undefined || REFERENCE_WORDS.has(last)) return false;
  return words.some((word) => SECRET_WORDS.has(word)) || SECRET_PAIRS.test(words.join(' '));
}

/** Whether the text at this path of a resource is a secret. */
export function isSensitive(kind: string, path: string): boolean {
  const steps = path.split(/[.[\]]+/).filter((step) => step !== '');
  if (kind === SECRET_KIND) return steps.some((step) => step === 'data' || step === 'stringData');
  return steps.length > 0 && namesSecret(steps.at(-1) ?? '');
}

/** `NAME=value`, `name: value`, `"name": "value"`, with the value whatever it is; a path may stand before the name. */
const NAMED_VALUE = /([A-Za-z_][\w.-]*)("?\s*(?:=|:|->)\s*)("[^"]*"|'[^']*'|[^\s"',;{}[\]]+)/g;

/** One line of somebody else's text, such as a log, without what looks like a secret by its name or by itself. */
export const maskedLine = (line: string): string =>
  line
    .replace(new RegExp(SECRET_TEXT, 'gi'), '«secret»')
    .replace(NAMED_VALUE, (whole, name: string, between: string) =>
      namesSecret(name) ? `${name}${between}«secret»` : whole,
    );

/** Gives equal secrets equal stand-ins, in the order in which they are met: a number tells nothing of its secret. */
class Stand {
  readonly #numbers = new Map<string, number>();

  in(secret: string): string {
    const number = this.#numbers.get(secret) ?? this.#numbers.size + 1;
    this.#numbers.set(secret, number);
    return `«secret ${number}»`;
  }
}

/**
 * The same report without a secret in it. Equal secrets read equally (`«secret 1»`), so that a reader still sees what
 * is the same and what is not. The same object where there is none; masking what is masked changes nothing.
 */
export function masked(report: RunReport): RunReport {
  const stand = new Stand();
  const tenants = report.tenants.map((tenant) => {
    const findings = tenant.findings.map((finding) => maskedFinding(finding, stand));
    return findings.every((finding, i) => finding === tenant.findings[i]) ? tenant : { ...tenant, findings };
  });
  return tenants.every((tenant, i) => tenant === report.tenants[i]) ? report : { ...report, tenants };
}

/** The same for findings that are told without a report. */
export function maskedFindings(findings: readonly Finding[]): Finding[] {
  const stand = new Stand();
  return findings.map((finding) => maskedFinding(finding, stand));
}

function maskedFinding(finding: Finding, stand: Stand): Finding {
  const secret = finding.field !== null && isSensitive(finding.kind, finding.field);
  const found: string[] = [];
  const hide = (text: string): string => {
    if (isStandIn(text)) return text;
    found.push(text);
    return stand.in(text);
  };
  const want = maskedValue(finding.want, finding.kind, secret, hide);
  const have = maskedValue(finding.have, finding.kind, secret, hide);
  if (found.length === 0) return finding;
  // What went wrong with a value is often told with the value.
  const message = found
    .filter((text) => text.length >= SHORTEST_IN_TEXT)
    .reduce((text, value) => text.replaceAll(value, stand.in(value)), finding.message);
  return { ...finding, want, have, message };
}

const isStandIn = (text: string): boolean => /^«secret \d+»$/.test(text);

/** Numbers and truth values stay: `automountServiceAccountToken: true` is what one wants to see. */
function maskedValue(value: Json, kind: string, secret: boolean, hide: (text: string) => string): Json {
  if (typeof value === 'string') return secret || SECRET_TEXT.test(value) ? hide(value) : value;
  if (Array.isArray(value))
    return (value as readonly Json[]).map((item) => maskedValue(item, kind, secret, hide));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  // An entry of a list that is keyed by name: `{name: DB_PASSWORD, value: …}`.
  const named = entries.some(
    ([key, name]) => key === 'name' && typeof name === 'string' && namesSecret(name),
  );
  return Object.fromEntries(
    entries.map(([key, item]) => [
      key,
      maskedValue(item, kind, secret || isSensitive(kind, key) || (named && key === 'value'), hide),
    ]),
  );
}
