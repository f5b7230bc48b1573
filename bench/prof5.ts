import { fleet, type Answer } from './world.ts';
import { kindOf } from '../reconciler/resources/index.ts';
const SIZE=100;
const tenants = fleet(SIZE, 20_261_127, () => false);
const parse=(t:any)=>(JSON.parse(t.text) as {answers:Answer[]}).answers;
const per=new Map<string,number[]>();
for(let r=0;r<40;r++) for(const t of tenants){ for(const {name,data} of parse(t)){const w=t.byName.get(name); if(!w) continue; const k=kindOf(w)!; const s=process.hrtime.bigint(); k.read(data,w); const e=Number(process.hrtime.bigint()-s); if(r>5){const l=per.get(k.kind)??[];l.push(e);per.set(k.kind,l)}}}
let sum=0;for(const [k,l] of per){l.sort((a,b)=>a-b);const m=l[l.length>>1]!;const c=l.length/34/SIZE;sum+=m*c;console.log(k.padEnd(18),(m/1000).toFixed(2)+'us x',c)}
console.log('sum',sum/1000);
