/** Cloud Run jobs, by both of its APIs: v2 for clients, the Knative-shaped v1 for gcloud. */
import type { Cloud } from '../core/cloud.ts';
import type { Service } from '../core/service.ts';
import { Jobs } from './jobs.ts';
import { knativeMethods } from './v1.ts';
import { v2Methods } from './v2.ts';

export function runService(cloud: Cloud): Service {
  const jobs = new Jobs(cloud);
  return {
    name: 'run',
    title: 'Cloud Run jobs',
    host: 'run.googleapis.com',
    methods: [...v2Methods(cloud, jobs), ...knativeMethods(cloud, jobs)],
    close: () => jobs.executions.close(),
  };
}
