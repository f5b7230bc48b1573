/**
 * The least OpenAPI that makes kubectl leave validation to the server: one path per kind whose PATCH takes
 * `fieldValidation`, and no schemas.
 */
import { createHash } from 'node:crypto';
import { apiVersionOf, KINDS, type Kind } from './kinds.ts';
import { noSuchPath } from './status.ts';

/** `swagger: "2.0"` as a protobuf message: enough for kubectl to say "no matches for kind" in its usual words. */
export const OPENAPI_V2 = Buffer.from([0x0a, 0x03, 0x32, 0x2e, 0x30]);

const rootOf = (kind: Kind): string => `${kind.group === '' ? 'api' : 'apis'}/${apiVersionOf(kind)}`;

/** `/openapi/v3`: where the document of each group and version is. */
export function openapiIndex(): object {
  const roots = [...new Set(KINDS.map(rootOf))];
  return {
    paths: Object.fromEntries(
      roots.map((root) => {
        // Clients keep documents by their hash, so a document that changes needs a new one.
        const hash = createHash('sha256')
          .update(JSON.stringify(openapiDocument(root)))
          .digest('hex')
          .slice(0, 16);
        return [root, { serverRelativeURL: `/openapi/v3/${root}?hash=${hash}` }];
      }),
    ),
  };
}

/** `root` is `api/v1` or `apis/G/V`. Throws 404 for any other. */
export function openapiDocument(root: string): object {
  const kinds = KINDS.filter((kind) => rootOf(kind) === root);
  if (kinds.length === 0) throw noSuchPath();
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.32' },
    paths: Object.fromEntries(kinds.map((kind) => [pathOf(kind), { patch: patchOperation(kind) }])),
    components: { schemas: {} },
  };
}

const pathOf = (kind: Kind): string =>
  `/${rootOf(kind)}/${kind.namespaced ? 'namespaces/{namespace}/' : ''}${kind.resource}/{name}`;

const patchOperation = ({ group, version, kind }: Kind): object => ({
  'x-kubernetes-action': 'patch',
  'x-kubernetes-group-version-kind': { group, version, kind },
  parameters: ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((name) => ({
    name,
    in: 'query',
    schema: { type: name === 'force' ? 'boolean' : 'string', uniqueItems: true },
  })),
  responses: { '200': { description: 'OK' } },
});
