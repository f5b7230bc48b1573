/** Every program and action a build step can name. Each is loaded only when it runs. */
import type { Action } from './step.ts';

type Programs = Readonly<Record<string, Readonly<Record<string, () => Promise<Action>>>>>;

export const PROGRAMS: Programs = {
  terraform: {
    apply: async () => (await import('./terraform/terraform.ts')).apply,
    'plan-refresh': async () => (await import('./terraform/terraform.ts')).planRefresh,
    destroy: async () => (await import('./terraform/terraform.ts')).destroy,
  },
  'build-image': { build: async () => (await import('./build-image.ts')).buildImage },
  deploy: {
    apply: async () => (await import('./deploy/apply.ts')).apply,
    remove: async () => (await import('./deploy/remove.ts')).remove,
  },
  'health-check': { ask: async () => (await import('./health-check.ts')).checkHealth },
  cleanup: { objects: async () => (await import('./cleanup.ts')).cleanUp },
};

/** For people, when they named one that does not exist. */
export const usage = (): string =>
  Object.entries(PROGRAMS)
    .flatMap(([program, actions]) => Object.keys(actions).map((action) => `${program} ${action}`))
    .join(', ');
