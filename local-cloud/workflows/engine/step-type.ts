/** What the API calls each kind of step and part of a step. Source: the StepEntry resource of the REST reference. */
import { isConnectorName } from '../connectors/connector.ts';
import type { Step } from '../lang/program.ts';
import type { Piece } from '../run/observer.ts';

/** The Kubernetes connector is the only one whose name does not begin like the others'. */
const GKE = 'gke.';

export type StepType = `STEP_${
  | 'TYPE_UNSPECIFIED'
  | 'ASSIGN'
  | 'STD_LIB_CALL'
  | 'CONNECTOR_CALL'
  | 'SUBWORKFLOW_CALL'
  | 'SWITCH'
  | 'CONDITION'
  | 'FOR'
  | 'FOR_ITERATION'
  | 'PARALLEL_FOR'
  | 'PARALLEL_BRANCH'
  | 'PARALLEL_BRANCH_ENTRY'
  | 'TRY_RETRY_EXCEPT'
  | 'TRY'
  | 'RETRY'
  | 'EXCEPT'
  | 'RETURN'
  | 'RAISE'
  | 'GOTO'}`;

/** How far a loop, a switch or a retry has come. */
export interface Progress {
  readonly type: `PROGRESS_TYPE_${'FOR' | 'SWITCH' | 'RETRY' | 'PARALLEL_FOR' | 'PARALLEL_BRANCH'}`;
  /** From 1. */
  readonly number: number;
  /** Detailed history only (docs page on the history of steps). */
  readonly expected: number | undefined;
}

export function stepTypeOf(piece: Piece, routines: ReadonlySet<string>): StepType {
  switch (piece.kind) {
    case 'step':
      return typeOfStep(piece.step, routines);
    case 'iteration':
      return 'STEP_FOR_ITERATION';
    case 'branch':
      return 'STEP_PARALLEL_BRANCH_ENTRY';
    case 'condition':
      return 'STEP_CONDITION';
    case 'try':
      return 'STEP_TRY';
    case 'retry':
      return 'STEP_RETRY';
    case 'except':
      return 'STEP_EXCEPT';
  }
}

function typeOfStep({ body }: Step, routines: ReadonlySet<string>): StepType {
  switch (body.kind) {
    case 'assign':
      return 'STEP_ASSIGN';
    case 'call':
      if (routines.has(body.callee)) return 'STEP_SUBWORKFLOW_CALL';
      if (isConnectorName(body.callee) || body.callee.startsWith(GKE)) return 'STEP_CONNECTOR_CALL';
      return 'STEP_STD_LIB_CALL';
    case 'switch':
      return 'STEP_SWITCH';
    case 'for':
      return 'STEP_FOR';
    case 'parallel':
      return body.work.kind === 'for' ? 'STEP_PARALLEL_FOR' : 'STEP_PARALLEL_BRANCH';
    case 'try':
      return 'STEP_TRY_RETRY_EXCEPT';
    case 'return':
      return 'STEP_RETURN';
    case 'raise':
      return 'STEP_RAISE';
    case 'jump':
      return 'STEP_GOTO';
    case 'steps':
      // A plain group of steps has no type of its own in the API.
      return 'STEP_TYPE_UNSPECIFIED';
  }
}

export function progressOf(piece: Piece, detailed: boolean): Progress | undefined {
  switch (piece.kind) {
    case 'iteration':
      return {
        type: piece.parallel ? 'PROGRESS_TYPE_PARALLEL_FOR' : 'PROGRESS_TYPE_FOR',
        number: piece.number,
        expected: detailed ? piece.of : undefined,
      };
    case 'branch':
      return {
        type: 'PROGRESS_TYPE_PARALLEL_BRANCH',
        number: piece.number,
        expected: detailed ? piece.of : undefined,
      };
    case 'condition':
      return { type: 'PROGRESS_TYPE_SWITCH', number: piece.number, expected: undefined };
    case 'retry':
      return { type: 'PROGRESS_TYPE_RETRY', number: piece.number, expected: undefined };
    case 'step':
    case 'try':
    case 'except':
      return undefined;
  }
}
