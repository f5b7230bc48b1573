/** The argv of every Terraform command a step runs. */

/** Where the state is: `gs://bucket/prefix/default.tfstate`. */
export interface State {
  readonly bucket: string;
  readonly prefix: string;
}

const PLAN_FILE = 'plan.tfplan';

/** Another run of the same tenant is rare and short; after this long, waiting is no use. */
const LOCK_TIMEOUT = '-lock-timeout=60s';
const PLAIN = ['-input=false', '-no-color'];

export const initArguments = ({ bucket, prefix }: State): string[] => [
  'init',
  ...PLAIN,
  '-reconfigure',
  `-backend-config=bucket=${bucket}`,
  `-backend-config=prefix=${prefix}`,
];

export const planArguments = (destroy: boolean): string[] => [
  'plan',
  ...PLAIN,
  LOCK_TIMEOUT,
  ...(destroy ? ['-destroy'] : []),
  `-out=${PLAN_FILE}`,
];

/** Compares the state with what is there, and proposes no change of anything. */
export const refreshArguments = (): string[] => [
  'plan',
  ...PLAIN,
  LOCK_TIMEOUT,
  '-refresh-only',
  `-out=${PLAN_FILE}`,
];

export const showArguments = (): string[] => ['show', '-json', PLAN_FILE];

/** Applies exactly the plan that was looked at. */
export const applyArguments = (): string[] => ['apply', ...PLAIN, LOCK_TIMEOUT, PLAN_FILE];

export const outputArguments = (): string[] => ['output', '-json', '-no-color'];

export const listArguments = (): string[] => ['state', 'list'];
