import { RDD, SparkContext } from "@dstream/dstream"
import { Effect, ManagedRuntime } from "effect"
import { ints } from "./data.ts"
const data = [ints(0,100000), ints(1,100000)]
const engine = ManagedRuntime.make(SparkContext.layer({ master: "local", appName: "bench" }))
const inputs=data.map(d=>RDD.parallelize(d))
const t:string[]=[]
const n = Number(Deno.args[0] ?? 300)
for(let i=0;i<n;i++){const s=performance.now(); await engine.runPromise(inputs[i%2]!.pipe(RDD.map((x) => x * 3), RDD.filter((x) => x % 2 === 0), RDD.map((x) => x + 1), RDD.reduce((a, b) => (a + b) | 0)));t.push((performance.now()-s).toFixed(2))}
console.log("rdd alone", t.slice(0,20).join(" "), "...", t.slice(-20).join(" "))
const t2:string[]=[]
for(let i=0;i<n;i++){const s=performance.now(); await engine.runPromise(RDD.parallelize([2]).pipe(RDD.map((x) => x * 3), RDD.filter((x) => x % 2 === 0), RDD.map((x) => x + 1), RDD.reduce((a, b) => (a + b) | 0)));t2.push((performance.now()-s).toFixed(2))}
console.log("1 record", t2.slice(0,20).join(" "), "...", t2.slice(-20).join(" "))
