/** Kubeconfigs for a control plane's DNS-based endpoint, whose certificate public authorities sign. As JSON, which is YAML. */
import type { Json } from '../../reconciler/model.ts';

const kubeconfig = (endpoint: string, user: Json): string => {
  const name = 'tenant';
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: `https://${endpoint}` } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  });
};

/** For this step only: it holds a token. */
export const kubeconfigWithToken = (endpoint: string, token: string): string =>
  kubeconfig(endpoint, { token });

/** To be kept: whoever uses it proves who they are by their own gcloud credentials. */
export const kubeconfigToKeep = (endpoint: string): string =>
  kubeconfig(endpoint, {
    exec: {
      apiVersion: 'client.authentication.k8s.io/v1beta1',
      command: 'gke-gcloud-auth-plugin',
      installHint: 'install it with: gcloud components install gke-gcloud-auth-plugin',
      provideClusterInfo: true,
      interactiveMode: 'IfAvailable',
    },
  });
