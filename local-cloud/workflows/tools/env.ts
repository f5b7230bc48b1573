/** What an execution is given, with the rules the service has for it. Source: comments of the protos. */
import { MAX_ARGUMENT_BYTES, MAX_USER_ENV_BYTES, MAX_USER_ENV_VARS } from '../lang/limits.ts';
import { ToolError } from './failure.ts';

/** `what` names where the JSON text comes from. */
export function checkArgument(text: string, what: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAX_ARGUMENT_BYTES) return;
  throw new ToolError(
    `${what} has ${bytes} bytes; an execution's argument may have ${MAX_ARGUMENT_BYTES}: put it into a bucket and give its place`,
  );
}

export function checkEnv(env: Readonly<Record<string, string>>): void {
  const entries = Object.entries(env);
  if (entries.length > MAX_USER_ENV_VARS) {
    throw new ToolError(
      `there are ${entries.length} environment variables, the maximum is ${MAX_USER_ENV_VARS}`,
    );
  }
  for (const [key, value] of entries) {
    if (/^(GOOGLE|WORKFLOWS)/.test(key)) {
      throw new ToolError(
        `environment variable ${key}: names that begin with GOOGLE or WORKFLOWS are reserved`,
      );
    }
    if (Buffer.byteLength(key + value) > MAX_USER_ENV_BYTES) {
      throw new ToolError(`environment variable ${key} is larger than ${MAX_USER_ENV_BYTES} bytes`);
    }
  }
}
