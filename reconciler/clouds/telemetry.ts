/**
 * Traces and metrics by OTLP over HTTP. Loaded only when it is on. Nothing is registered globally: other libraries of the
 * process have their own ideas of what to trace. The exporters read the standard OTEL_EXPORTER_OTLP_* variables.
 */
import { context, SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { describe } from '../error-text.ts';
import { measuresOf, type Measure } from '../telemetry/measures.ts';
import type { Telemetry } from '../telemetry/port.ts';

/** For everything at the end of a pass; what has not arrived by then is lost, and that is told. */
const FLUSH_MS = 10_000;
/** A pass ends before this: everything is sent at its end. */
const NEVER_MS = 2 ** 31 - 1;

const SCOPE = 'plumbline';

export interface TelemetryOptions {
  /** Base address; null: the standard variables say where. */
  readonly endpoint: string | null;
  readonly run: string;
  readonly shard: { readonly index: number; readonly count: number };
  readonly version: string;
  /** Told once at most. */
  readonly onProblem: (message: string) => void;
  /** Left out: ten seconds. */
  readonly flushMs?: number;
}

/** Sends nothing yet. */
export function startTelemetry(options: TelemetryOptions): Telemetry {
  const { run, shard, version, onProblem, flushMs = FLUSH_MS } = options;
  const failures = new Set<string>();
  const resource = resourceFromAttributes({ 'service.name': 'plumbline', 'service.version': version });
  const traces = watched(new OTLPTraceExporter(exporterConfig(options, 'traces', flushMs)), failures);
  const metrics = watched(new OTLPMetricExporter(exporterConfig(options, 'metrics', flushMs)), failures);
  const tracers = new TracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor({ exporter: traces })],
  });
  const reader = new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: NEVER_MS });
  const meters = new MeterProvider({ resource, readers: [reader] });
  const tracer = tracers.getTracer(SCOPE, version);
  const attributes = {
    'plumbline.run': run,
    'plumbline.task': shard.index,
    'plumbline.tasks': shard.count,
  };
  const pass = tracer.startSpan('pass', { attributes });
  const within = trace.setSpan(context.active(), pass);
  let current: Span = pass;
  return {
    place: () => current.spanContext(),
    stage: async (name, work) => {
      const span = tracer.startSpan(name, {}, within);
      current = span;
      try {
        return await work();
      } catch (error) {
        failed(span, error);
        throw error;
      } finally {
        span.end();
        current = pass;
      }
    },
    end: async (outcome) => {
      if ('error' in outcome) failed(pass, outcome.error);
      else record(meters, measuresOf(outcome.report), String(shard.index));
      pass.end();
      const isOver = await bounded(Promise.allSettled([tracers.shutdown(), meters.shutdown()]), flushMs);
      const why = [...failures].join('; ') || (isOver ? '' : `no answer within ${flushMs / 1000} s`);
      if (why !== '') onProblem(`telemetry of this pass was lost: ${why}`);
    },
  };
}

/** The standard variables go before the settings file, as everywhere. */
const exporterConfig = (
  { endpoint }: Pick<TelemetryOptions, 'endpoint'>,
  signal: 'traces' | 'metrics',
  timeoutMillis: number,
) => ({
  timeoutMillis,
  ...(endpoint !== null && { url: `${endpoint.replace(/\/+$/, '')}/v1/${signal}` }),
});

interface Exporting<Items> {
  export(items: Items, done: (result: { readonly code: number; readonly error?: Error }) => void): void;
}

/** The libraries tell nobody of an export that failed; we want to know. */
function watched<Items, Exporter extends Exporting<Items>>(
  exporter: Exporter,
  failures: Set<string>,
): Exporter {
  const send = exporter.export.bind(exporter);
  exporter.export = (items, done) =>
    send(items, (result) => {
      if (result.code !== 0) failures.add(describe(result.error ?? 'it was not taken'));
      done(result);
    });
  return exporter;
}

function failed(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message: describe(error) });
}

function record(meters: MeterProvider, measures: readonly Measure[], task: string): void {
  const meter = meters.getMeter(SCOPE);
  for (const { name, unit, description, kind, points } of measures) {
    const options = { unit, description };
    for (const { value, attributes } of points) {
      const all = { ...attributes, task };
      if (kind === 'gauge') meter.createGauge(name, options).record(value, all);
      else if (kind === 'counter') meter.createCounter(name, options).add(value, all);
      else meter.createHistogram(name, options).record(value, all);
    }
  }
}

/** False when it took longer. */
async function bounded(work: Promise<unknown>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
  try {
    return await Promise.race([work.then(() => true as const), late]);
  } finally {
    clearTimeout(timer);
  }
}
