import { fleet, type Answer } from './world.ts';
import { kindOf } from '../reconciler/resources/index.ts';
import { diff } from '../reconciler/diff.ts';
import { additions, differences } from '../reconciler/compare.ts';
const AT = 'x';
const SIZE = Number(process.argv[2] ?? 20);
const tenants = fleet(SIZE, 20_261_127, () => false);
const name = (w: any) => `${w.plane}/${w.kind}/${w.name}`;
const have = tenants.map((t) => {
  const m = new Map(((JSON.parse(t.text) as any).answers as Answer[]).map((a) => [a.name, a.data]));
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
function cpu(f: () => void) {
  const b = process.cpuUsage();
  f();
  const c = process.cpuUsage(b);
  return (c.user + c.system) / SIZE;
}
const rounds = Math.ceil(8000 / SIZE);
const d = (i: number) => {
  const t = tenants[i]!;
  return diff({
    tenant: 't',
    wants: t.wants,
    applied: t.wants,
    have: have[i]!,
    generation: 1,
    appliedGeneration: 1,
    unfinished: null,
    since: () => undefined,
    now: AT,
  });
};
for (let k = 0; k < 4; k++)
  console.log(
    'diff',
    (
      cpu(() => {
        for (let r = 0; r < rounds; r++) for (let i = 0; i < SIZE; i++) d(i);
      }) / rounds
    ).toFixed(1),
    'differences',
    (
      cpu(() => {
        for (let r = 0; r < rounds; r++)
          for (let i = 0; i < SIZE; i++)
            for (const w of tenants[i]!.wants) differences(w, have[i]!.get(w.id).value);
      }) / rounds
    ).toFixed(1),
    'additions',
    (
      cpu(() => {
        for (let r = 0; r < rounds; r++)
          for (let i = 0; i < SIZE; i++)
            for (const w of tenants[i]!.wants) additions(w, have[i]!.get(w.id).value);
      }) / rounds
    ).toFixed(1),
  );
