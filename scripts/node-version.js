/** Every entry point asks this first; plain JavaScript, because an older Node cannot read the rest. */

export const NEEDED = 24;

/** Ends the process with one sentence when this Node is too old to run the sources. */
export function requireNode() {
  const major = Number(process.versions.node.split('.')[0]);
  if (major >= NEEDED) return;
  process.stderr.write(
    `plumbline needs Node ${NEEDED} and this is ${process.version}: run \`npm ci\` without --ignore-scripts, ` +
      `which installs the Node the project carries, and start through npm.\n`,
  );
  process.exit(1);
}
