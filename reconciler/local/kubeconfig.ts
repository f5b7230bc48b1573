/** A kubeconfig for one local cluster, as text that kubectl and the client libraries read. */
import { stringify } from 'yaml';
import type { ClusterAddress } from './control.ts';

/** Any token that the local cloud did not mint speaks for the developer; nothing is secret in it. */
const DEVELOPER_TOKEN = 'developer';

export function kubeconfigOf({ name, endpoint, caCertificate }: ClusterAddress): string {
  const context = `plumbline-local/${name.slice(name.lastIndexOf('/') + 1)}`;
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': context,
      clusters: [
        {
          name: context,
          cluster: {
            server: `https://${endpoint}`,
            'certificate-authority-data': Buffer.from(caCertificate).toString('base64'),
          },
        },
      ],
      users: [{ name: context, user: { token: DEVELOPER_TOKEN } }],
      contexts: [{ name: context, context: { cluster: context, user: context } }],
    },
    { lineWidth: 0 },
  );
}
