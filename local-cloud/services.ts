/**
 * Every service of the local cloud, in port order. A new service is a folder with a function from the cloud to its
 * method table, and one line here.
 */
import { controlService } from './control/service.ts';
import { computeService } from './compute/service.ts';
import { containerService } from './container/service.ts';
import { cloudAssetService } from './cloudasset/service.ts';
import { iamService } from './iam/service.ts';
import { iamCredentialsService } from './iamcredentials/service.ts';
import { pubsubService } from './pubsub/service.ts';
import { secretManagerService } from './secretmanager/service.ts';
import { resourceManagerService } from './cloudresourcemanager/service.ts';
import { artifactRegistryService } from './artifactregistry/service.ts';
import { cloudBuildService } from './cloudbuild/service.ts';
import { storageService } from './storage/service.ts';
import { loggingService } from './logging/service.ts';
import { workflowExecutionsService } from './workflows/rest/executions.ts';
import { workflowsService } from './workflows/rest/workflows.ts';
import { runService } from './run/service.ts';
import { cloudSchedulerService } from './cloudscheduler/service.ts';
import type { Cloud } from './core/cloud.ts';
import type { Service } from './core/service.ts';

export const SERVICES: readonly ((cloud: Cloud) => Service)[] = [
  controlService,
  computeService,
  containerService,
  cloudAssetService,
  iamService,
  iamCredentialsService,
  secretManagerService,
  resourceManagerService,
  storageService,
  artifactRegistryService,
  cloudBuildService,
  loggingService,
  workflowsService,
  workflowExecutionsService,
  runService,
  cloudSchedulerService,
  pubsubService,
];
