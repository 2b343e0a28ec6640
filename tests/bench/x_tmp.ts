import { sourceOf } from "../../lib/engine/local/generated.ts"
import { RDD, SparkContext } from "@dstream/dstream"
import { Effect, ManagedRuntime } from "effect"
import { ints } from "./data.ts"
import * as Hand from "./hand_loops.ts"
const data = [ints(0,100000), ints(1,100000)]
const src = sourceOf({kinds:["map","filter","map"],terminal:"reduce"} as any, 0)
console.log(src)
const loop = new Function("f","input","table","at",src)
const fs = [(x:number)=>x*3,(x:number)=>x%2===0,(x:number)=>x+1,(a:number,b:number)=>(a+b)|0]
const med=(f:(i:number)=>any,n=300)=>{const t=[];for(let i=0;i<n;i++){const s=performance.now();f(i);t.push(performance.now()-s)} return t.slice(10).sort((a,b)=>a-b)[(n-10)>>1]!.toFixed(3)}
console.log("hand",med(i=>Hand.mapFilter(data[i%2]!)))
console.log("gen",med(i=>loop(fs,data[i%2],undefined,{step:0})))
console.log("slice",med(i=>data[i%2]!.slice(0,100000)))
const engine = ManagedRuntime.make(SparkContext.layer({ master: "local", appName: "bench" }))
const inputs=data.map(d=>RDD.parallelize(d))
const t:number[]=[]
for(let i=0;i<300;i++){const s=performance.now(); await engine.runPromise(inputs[i%2]!.pipe(RDD.map((x) => x * 3), RDD.filter((x) => x % 2 === 0), RDD.map((x) => x + 1), RDD.reduce((a, b) => (a + b) | 0)));t.push(performance.now()-s)}
console.log("rdd alone", t.slice(10).sort((a,b)=>a-b)[145]!.toFixed(3))
const t2:number[]=[]
for(let i=0;i<300;i++){const s=performance.now(); await engine.runPromise(RDD.parallelize([2]).pipe(RDD.map((x) => x * 3), RDD.filter((x) => x % 2 === 0), RDD.map((x) => x + 1), RDD.reduce((a, b) => (a + b) | 0)));t2.push(performance.now()-s)}
console.log("rdd of 1 record", t2.slice(10).sort((a,b)=>a-b)[145]!.toFixed(3))
