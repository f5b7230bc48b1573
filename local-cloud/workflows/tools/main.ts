/**
 * The tools for people who write workflows, as a program of its own: they need the engine and nothing else of the
 * local cloud, and start in a moment. `plumb workflows` runs it.
 */
import { enableCompileCache } from 'node:module';

enableCompileCache();
const { runTools } = await import('./tools.ts');
await runTools(process.argv.slice(2));
