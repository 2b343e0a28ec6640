import { ints } from "./data.ts"
import * as Hand from "./hand_loops.ts"
const data = [ints(0,100000), ints(1,100000)]
for (const d of data) { let e=0; for (const x of d) if (x%2===0) e++; console.log(e, d.slice(0,5)) }
const t=[];for(let i=0;i<60;i++){const s=performance.now();Hand.mapFilter(data[i%2]!);t.push((performance.now()-s).toFixed(2))}
console.log(t.join(" "))
const u=[];for(let i=0;i<60;i++){const s=performance.now();Hand.mapFilter(data[i%2]!);await 0;u.push((performance.now()-s).toFixed(2))}
console.log(u.join(" "))
const g=[];for(let i=0;i<60;i++){const s=performance.now();Hand.mapFilter(data[0]!);g.push((performance.now()-s).toFixed(2))}
console.log(g.join(" "))
