import { fleet, type Answer } from './world.ts';
import { kindOf } from '../reconciler/resources/index.ts';
import { diff } from '../reconciler/diff.ts';
const AT = 'x';
const tenants = fleet(400, 20_261_127, () => false);
const parsed = tenants.map((t) => (JSON.parse(t.text) as any).answers as Answer[]);
function cpu(f: () => void) {
  const b = process.cpuUsage();
  f();
  const c = process.cpuUsage(b);
  return (((c.user + c.system) / 1000 / 400) * 1000).toFixed(0) + 'us/tenant';
}
const name = (w: any) => `${w.plane}/${w.kind}/${w.name}`;
const have = tenants.map((t, i) => {
  const m = new Map(parsed[i]!.map((a) => [a.name, a.data]));
  return new Map<any, any>(
    t.wants.map((w) => {
      const k = kindOf(w);
      return [
        w.id,
        { state: 'present', value: k ? k.read(m.get(name(w))!, w) : { healthy: true }, source: 'b', at: AT },
      ];
    }),
  );
});
const bodies = tenants.map((t, i) => {
  const m = new Map(parsed[i]!.map((a) => [a.name, a.data]));
  return t.wants.filter((w) => kindOf(w)).map((w) => [kindOf(w)!, m.get(name(w))!, w] as const);
});
for (let r = 0; r < 8; r++) {
  const a = cpu(() => {
    tenants.forEach((t, i) => {
      const m = new Map(parsed[i]!.map((a) => [a.name, a.data]));
      t.wants.forEach((w) => m.get(name(w)));
    });
  });
  const b = cpu(() => {
    bodies.forEach((l) => l.forEach(([k, b, w]) => k.read(b, w)));
  });
  const c = cpu(() => {
    tenants.forEach((t, i) =>
      diff({
        tenant: 't',
        wants: t.wants,
        applied: t.wants,
        have: have[i]!,
        generation: 1,
        appliedGeneration: 1,
        unfinished: null,
        since: () => undefined,
        now: AT,
      }),
    );
  });
  console.log('lookup', a, 'read', b, 'diff', c);
}
console.log(
  'fields',
  [...have[0]!.values()].reduce((s, r) => s + Object.keys(r.value).length, 0),
  'wanted',
  tenants[0]!.wants.reduce((s, w) => s + Object.keys(w.fields).length, 0),
);
