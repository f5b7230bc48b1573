/** Fields of volumes and of claims on persistent storage. */
import { atomic, bool, int, kept, list, map, quantity, str, struct } from './types.ts';
import type { Fields, Schema } from './types.ts';
import { labelSelector, localReference } from './meta.ts';

const typedReference = atomic({ apiGroup: kept(str), kind: kept(str), name: kept(str) });

export const claimSpec = struct({
  accessModes: list(str),
  selector: labelSelector,
  resources: struct({ limits: map(quantity), requests: map(quantity) }),
  volumeName: str,
  storageClassName: kept(str),
  volumeMode: kept(str),
  dataSource: typedReference,
  dataSourceRef: struct({
    apiGroup: kept(str),
    kind: kept(str),
    name: kept(str),
    namespace: kept(str),
  }),
  volumeAttributesClassName: kept(str),
});

const items = list(struct({ key: kept(str), path: kept(str), mode: kept(int) }));

/** The kinds of volume a pod may mount, except `ephemeral`, which holds a whole claim. */
export function volumeSources(references: {
  readonly keySelector: Schema;
  readonly fieldRef: Schema;
  readonly resourceFieldRef: Schema;
}): Fields {
  const downwardItems = list(
    struct({
      path: kept(str),
      fieldRef: references.fieldRef,
      resourceFieldRef: references.resourceFieldRef,
      mode: kept(int),
    }),
  );
  const configMap = { name: str, items, optional: kept(bool) };
  return {
    hostPath: struct({ path: kept(str), type: kept(str) }),
    emptyDir: struct({ medium: str, sizeLimit: quantity }),
    gcePersistentDisk: struct({ pdName: kept(str), fsType: str, partition: int, readOnly: bool }),
    secret: struct({ secretName: str, items, defaultMode: kept(int), optional: kept(bool) }),
    configMap: struct({ ...configMap, defaultMode: kept(int) }),
    persistentVolumeClaim: struct({ claimName: kept(str), readOnly: bool }),
    nfs: struct({ server: kept(str), path: kept(str), readOnly: bool }),
    downwardAPI: struct({ items: downwardItems, defaultMode: kept(int) }),
    projected: struct({
      sources: list(
        struct({
          secret: struct(configMap),
          configMap: struct(configMap),
          downwardAPI: struct({ items: downwardItems }),
          serviceAccountToken: struct({ audience: str, expirationSeconds: kept(int), path: kept(str) }),
          clusterTrustBundle: struct({
            name: kept(str),
            signerName: kept(str),
            labelSelector,
            optional: kept(bool),
            path: kept(str),
          }),
        }),
      ),
      defaultMode: kept(int),
    }),
    csi: struct({
      driver: kept(str),
      readOnly: kept(bool),
      fsType: kept(str),
      volumeAttributes: map(str),
      nodePublishSecretRef: localReference,
    }),
    image: struct({ reference: str, pullPolicy: str }),
  };
}
