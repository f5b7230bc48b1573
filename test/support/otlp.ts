/** A receiver of OTLP/HTTP in JSON, as a collector is one: what it got, as plain values. */
import { httpServer, type TestServer } from './http.ts';

interface Span {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly status?: { readonly code?: number };
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

interface Point {
  readonly asDouble?: number;
  readonly asInt?: number | string;
  readonly count?: number | string;
  readonly attributes: readonly Attribute[];
}

interface Metric {
  readonly name: string;
  readonly gauge?: { readonly dataPoints: readonly Point[] };
  readonly sum?: { readonly dataPoints: readonly Point[] };
  readonly histogram?: { readonly dataPoints: readonly Point[] };
}

interface Sent {
  readonly resourceSpans?: readonly { readonly scopeSpans: readonly { readonly spans: readonly Span[] }[] }[];
  readonly resourceMetrics?: readonly {
    readonly scopeMetrics: readonly { readonly metrics: readonly Metric[] }[];
  }[];
}

type MetricPoint = Readonly<Record<string, unknown>>;

export interface OtlpReceiver extends TestServer {
  readonly spans: Span[];
  /** By name; each point's value beside its attributes. */
  readonly metrics: Map<string, MetricPoint[]>;
}

export async function otlpReceiver(): Promise<OtlpReceiver> {
  const spans: Span[] = [];
  const metrics = new Map<string, MetricPoint[]>();
  const take = ({ resourceSpans = [], resourceMetrics = [] }: Sent) => {
    for (const { scopeSpans } of resourceSpans) spans.push(...scopeSpans.flatMap((scope) => scope.spans));
    for (const { scopeMetrics } of resourceMetrics) {
      for (const metric of scopeMetrics.flatMap((scope) => scope.metrics)) {
        const points = (metric.gauge ?? metric.sum ?? metric.histogram)?.dataPoints ?? [];
        metrics.set(metric.name, points.map(pointOf));
      }
    }
  };
  const server = await httpServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      take(JSON.parse(Buffer.concat(chunks).toString()) as Sent);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  return { ...server, spans, metrics };
}

const pointOf = ({ asDouble, asInt, count, attributes }: Point): MetricPoint => ({
  value: asDouble ?? Number(asInt ?? count),
  ...Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]])),
});
