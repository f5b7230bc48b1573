/** The `telemetry:` part of plumbline.yaml, and the standard variables that go before it. */
import { z } from 'zod';

export interface TelemetrySettings {
  /** Base address; null: the standard variables say where. */
  readonly endpoint: string | null;
}

/** `telemetry` in the settings file. */
export const telemetryFileSchema = z
  .strictObject({
    endpoint: z.url({ protocol: /^https?$/, error: 'use an http:// or https:// address' }),
  })
  .optional();

/** Null: it is off. Variables: OpenTelemetry specification, SDK and OTLP exporter configuration. */
export function telemetryFor(
  env: Readonly<Record<string, string | undefined>>,
  file: z.infer<typeof telemetryFileSchema>,
): TelemetrySettings | null {
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return null;
  return env['OTEL_EXPORTER_OTLP_ENDPOINT'] ? { endpoint: null } : (file ?? null);
}
