/** A pass with telemetry around it, if it is on: the libraries are loaded only then, for they cost every start. */
import type { RunReport } from '../model.ts';
import type { Telemetry } from '../telemetry/port.ts';
import type { TelemetryOptions } from './telemetry.ts';

/** `settings` null: it is off. What `pass` answers or throws is what comes of this, whatever becomes of telemetry. */
export async function withTelemetry(
  settings: Pick<TelemetryOptions, 'endpoint'> | null,
  options: Omit<TelemetryOptions, 'endpoint'>,
  pass: (telemetry: Telemetry | null) => Promise<RunReport>,
): Promise<RunReport> {
  if (settings === null) return pass(null);
  const { startTelemetry } = await import('./telemetry.ts');
  const telemetry = startTelemetry({ ...settings, ...options });
  let report: RunReport;
  try {
    report = await pass(telemetry);
  } catch (error) {
    await telemetry.end({ error });
    throw error;
  }
  await telemetry.end({ report });
  return report;
}
