// Tests share one local cloud and one Spanner emulator per run; files differ by project and database name.
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';
import { requireNode } from './scripts/node-version.js';

requireNode();

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/long/**', 'node_modules/**'],
    // For two cores: the third works while another waits for the processes, tools and services it has started.
    maxWorkers: 3,
    // Hundreds of processes are started from the same sources: they need not be compiled each time.
    env: { NODE_COMPILE_CACHE: join(import.meta.dirname, 'node_modules', '.cache', 'node') },
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
    reporters: ['default'],
  },
});
