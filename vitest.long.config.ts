// Tests that take minutes: `npm run test:long`. One at a time, because each of them keeps the machine busy.
import { defineConfig } from 'vitest/config';
import { requireNode } from './scripts/node-version.js';

requireNode();

export default defineConfig({
  test: {
    include: ['test/long/**/*.test.ts'],
    maxWorkers: 1,
    testTimeout: 60 * 60_000,
    reporters: ['verbose'],
  },
});
