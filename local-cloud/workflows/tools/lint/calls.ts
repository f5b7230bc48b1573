/** Rules about calls to the world outside: what is repeated, what is waited for, who gets a token. */
import type { Body, Expression, Program, Template } from '../../lang/program.ts';
import { dottedName } from '../../lang/structure.ts';
import type { Rule } from './rule.ts';
import { asExpression, callOfStep, callsIn, worksIn, worksOf, type Call, type Work } from './walk.ts';

type TryBody = Extract<Body, { kind: 'try' }>;

/** Policies that repeat a request although it may have been carried out. `undefined` is no predicate at all. */
const BLIND: readonly (string | undefined)[] = [
  undefined,
  'http.default_retry',
  'http.default_retry_predicate',
  'retry.always',
];

/** Connector methods that make something new each time they are carried out. */
const CREATES = /^googleapis\..*\.(create|insert|run|publish|addVersion|addVersionString|executeSql|commit)$/;
const HTTP_CREATES: readonly string[] = ['http.post', 'http.patch'];

const retryCreates: Rule = {
  id: 'retry-not-idempotent',
  summary: 'A retry after a lost answer does it twice: a second build, a second job, a second message.',
  help: 'retry with http.default_retry_non_idempotent, or look for what the first try made before making another',
  *check(routine, program) {
    for (const { step, body } of worksOf(routine.steps)) {
      if (body.kind !== 'try' || !repeatsBlindly(body)) continue;
      for (const work of worksIn(step, body.body)) {
        const call = creatingCall(work, program);
        if (call === undefined) continue;
        const message = `'${call.callee}' is retried although it may have been carried out`;
        yield { message, position: call.position, step: call.step, word: call.callee };
      }
    }
  },
};

function creatingCall({ step, body }: Work, program: Program): Call | undefined {
  if (body.kind !== 'call') return undefined;
  const call = callOfStep(step, body, program);
  const method = call.args.get('method');
  const posts =
    call.callee === 'http.request' &&
    method?.kind === 'literal' &&
    ['POST', 'PATCH'].includes(String(method.value).toUpperCase());
  return posts || CREATES.test(call.callee) || HTTP_CREATES.includes(call.callee) ? call : undefined;
}

function repeatsBlindly({ retry }: TryBody): boolean {
  if (retry === undefined) return false;
  const policy: Template | undefined = retry.kind === 'whole' ? retry.template : retry.predicate;
  return BLIND.includes(policy === undefined ? undefined : (dottedName(asExpression(policy)) ?? '?'));
}

const authBesideDynamicUrl: Rule = {
  id: 'auth-dynamic-url',
  summary: 'With `auth` a token of the service account goes to whatever host the URL names when it runs.',
  help: 'write scheme and host as literal text at the begin of url: "https://HOST/" + path',
  *check(routine, program) {
    for (const { step, callee, args, position } of callsIn(routine, program)) {
      const url = args.get('url');
      if (!callee.startsWith('http.') || !args.has('auth') || url === undefined) continue;
      if (hasLiteralHost(url)) continue;
      yield { message: 'auth stands beside a URL that is not literal', position, step, word: callee };
    }
  },
};

/** The text starts with a whole `https://host/`, so that nothing behind it can change where the request goes. */
function hasLiteralHost(url: Expression): boolean {
  if (url.kind === 'binary' && url.operator === '+') return hasLiteralHost(url.left) || isWholeLeft(url);
  return url.kind === 'literal' && typeof url.value === 'string' && /^https:\/\/[^/?#@]+\//.test(url.value);
}

/** `"https://host" + "/path"`: literal parts are joined before they are judged. */
function isWholeLeft(url: Expression): boolean {
  const text = literalText(url);
  return text !== undefined && /^https:\/\/[^/?#@]+(\/|$)/.test(text);
}

function literalText(expression: Expression): string | undefined {
  if (expression.kind === 'literal') return String(expression.value);
  if (expression.kind !== 'binary' || expression.operator !== '+') return undefined;
  const left = literalText(expression.left);
  const right = literalText(expression.right);
  return left === undefined || right === undefined ? undefined : left + right;
}

const waitsForExecution: Rule = {
  id: 'waits-for-execution',
  summary: 'executions.create waits until the started execution has ended, up to the connector timeout.',
  help: 'say which one is meant: connector_params with skip_polling: true to go on, or with a timeout to wait',
  *check(routine, program) {
    for (const { step, callee, args, position } of callsIn(routine, program)) {
      if (!callee.endsWith('.workflows.executions.create') || args.has('connector_params')) continue;
      yield { message: 'this call waits for the whole execution', position, step, word: callee };
    }
  },
};

export const CALL_RULES: readonly Rule[] = [retryCreates, authBesideDynamicUrl, waitsForExecution];
