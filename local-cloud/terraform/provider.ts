/** The provider's remote procedures, one socket's worth: what Terraform asks over tfplugin5 and what it is told. */
import type { Cloud } from '../core/cloud.ts';
import type { TerraformStep } from '../core/parts.ts';
import { GRPC, GrpcError, type UnaryHandler } from './grpc.ts';

export function createProvider(_cloud: Cloud, _step: TerraformStep): UnaryHandler {
  return async ({ path }) => {
    throw new GrpcError(GRPC.unimplemented, `${path} is not served by this provider`);
  };
}
