/** Starts the demo on a Node that can run it. */
import { requireNode } from '../scripts/node-version.js';

requireNode();
await import('./main.ts');
