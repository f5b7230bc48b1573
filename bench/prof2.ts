import { fleet, type Answer } from './world.ts';
import { kindOf } from '../reconciler/resources/index.ts';
const tenants = fleet(100, 20_261_127, () => false);
const name = (w: any) => `${w.plane}/${w.kind}/${w.name}`;
const bodies = tenants.map((t) => {
  const m = new Map(((JSON.parse(t.text) as any).answers as Answer[]).map((a) => [a.name, a.data]));
  return t.wants.filter((w) => kindOf(w)).map((w) => [kindOf(w)!, m.get(name(w))!, w] as const);
});
for (let r = 0; r < 30; r++) for (const l of bodies) for (const [k, b, w] of l) k.read(b, w);
function cpu(f: () => void) {
  const b = process.cpuUsage();
  f();
  const c = process.cpuUsage(b);
  return c.user + c.system;
}
for (const kind of new Set(bodies[0]!.map(([k]) => k))) {
  const mine = bodies.flatMap((l) => l.filter(([k]) => k === kind));
  const t =
    Math.min(
      ...Array.from({ length: 7 }, () =>
        cpu(() => {
          for (let r = 0; r < 50; r++) for (const [k, b, w] of mine) k.read(b, w);
        }),
      ),
    ) /
    50 /
    mine.length;
  const f = mine.reduce((s, [k, b, w]) => s + Object.keys(k.read(b, w)!).length, 0) / mine.length;
  console.log(
    kind.kind.padEnd(18),
    t.toFixed(2) + 'us',
    'fields',
    f.toFixed(0),
    ((t * 1000) / f).toFixed(0) + 'ns/field',
    'per tenant',
    mine.length / 100,
  );
}
