/** The fakes over the wire: the local Workflows engine runs the deployed text, and reaches them by HTTP. */
import { workflowExecutionsService } from '../../local-cloud/workflows/rest/executions.ts';
import { workflowsService } from '../../local-cloud/workflows/rest/workflows.ts';
import type { Flow } from '../../reconciler/model.ts';
import { compile } from '../../workflow-defs/compile.ts';
import type { ExecutionArgument } from '../../workflow-defs/argument.ts';
import { bareCloud, type BareCloud } from '../support/bare-cloud.ts';
import { newFakes, servicesOf, type Fakes } from './fakes.ts';
import { PLATFORM } from './platform.ts';

export interface World extends Fakes {
  /** Deploys the flow's definition and runs it to its end. */
  run(flow: Flow, argument: ExecutionArgument): Promise<{ state: unknown; result: unknown; error: string }>;
  close(): Promise<void>;
}

export async function openWorld(): Promise<World> {
  const fakes = newFakes();
  const served = servicesOf(fakes).map((service) => () => service);
  const bare = await bareCloud([workflowsService, workflowExecutionsService, ...served], { speed: 100_000 });
  return Object.assign(fakes, {
    run: (flow: Flow, argument: ExecutionArgument) => runFlow(bare, flow, argument),
    close: () => bare.close(),
  });
}

/** google.rpc.Code: the same definition was deployed before. */
const ALREADY_EXISTS = 6;

async function runFlow(bare: BareCloud, flow: Flow, argument: ExecutionArgument) {
  const call: BareCloud['call'] = (...request) => bare.call(...request);
  const { name, source } = compile(flow, PLATFORM);
  const parent = `/v1/projects/${PLATFORM.project}/locations/${PLATFORM.region}/workflows`;
  let operation = (
    await call('workflows', 'POST', `${parent}?workflowId=${name}`, { sourceContents: source })
  ).body;
  while (operation['done'] !== true && operation['name'] !== undefined) {
    operation = (await call('workflows', 'GET', `/v1/${operation['name'] as string}`)).body;
  }
  const error = operation['error'] as { code: number } | undefined;
  if (error !== undefined && error.code !== ALREADY_EXISTS) throw new Error(JSON.stringify(error));
  let execution = (
    await call('workflowexecutions', 'POST', `${parent}/${name}/executions`, {
      argument: JSON.stringify(argument),
    })
  ).body;
  while (execution['state'] === 'ACTIVE' || execution['state'] === 'QUEUED') {
    execution = (await call('workflowexecutions', 'GET', `/v1/${execution['name'] as string}`)).body;
  }
  const failure = execution['error'] as { payload: string; context: string } | undefined;
  return {
    state: execution['state'],
    result: JSON.parse((execution['result'] as string | undefined) ?? 'null') as unknown,
    error: failure === undefined ? '' : `${failure.payload} ${failure.context}`,
  };
}
