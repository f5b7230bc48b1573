import { fleet, type Answer } from './world.ts';
import { kindOf } from '../reconciler/resources/index.ts';
import { diff } from '../reconciler/diff.ts';
const AT='x';
const SIZE=100;
const tenants = fleet(SIZE, 20_261_127, () => false);
const parse=(t:any)=>(JSON.parse(t.text) as {answers:Answer[]}).answers;
const H={state:'present',value:{healthy:true},source:'b',at:AT};
const lookup=(t:any)=>{let n=0;for(const {name} of parse(t)) if(t.byName.get(name)) n++;return n};
const read=(t:any)=>{const have=new Map<any,any>();for(const {name,data} of parse(t)){const w=t.byName.get(name);const v=w&&kindOf(w)?.read(data,w);if(w&&v)have.set(w.id,{state:'present',value:v,source:'b',at:AT})}have.set('endpoint/web',H);return have};
const all=(t:any)=>diff({tenant:'t',wants:t.wants,applied:t.wants,have:read(t),generation:1,appliedGeneration:1,unfinished:null,since:()=>undefined,now:AT});
function cpu(f:(t:any)=>unknown){const b=process.cpuUsage();for(const t of tenants)f(t);const c=process.cpuUsage(b);return (c.user+c.system)/SIZE}
const rows:number[][]=[[],[],[],[]];
for(let r=0;r<40;r++) [parse,lookup,read,all].forEach((f,i)=>{const v=cpu(f); if(r>5) rows[i]!.push(v)});
const med=(a:number[])=>a.sort((x,y)=>x-y)[Math.floor(a.length*Q)]!;const Q=Number(process.argv[2]??0.5);
console.log(['parse','lookup','read','all'].map((n,i)=>n+' '+med(rows[i]!).toFixed(0)+'us').join('  '));
