/**
 * The program that Spark's executors start in place of Python. Its arguments: settings as JSON, and then what Spark passes
 * to Python, `-m pyspark.daemon pyspark.worker` or `-m pyspark.worker`.
 *
 * It is bundled with nothing but the files of this folder and Arrow, and does not use Effect, so that it starts fast. The
 * functions of tasks come with a bundle of their own ({@link RunTask}).
 *
 * @module
 */
import process from "node:process"
import { CHILD, runChild } from "./child.ts"
import { runDaemon } from "./daemon.ts"
import { isNewEnough, OLDEST_DENO } from "./deno_version.ts"
import { parseSettings } from "./settings.ts"
import { runSimple } from "./simple.ts"
import { deno } from "../runtime.ts"

const [first, , module] = process.argv.slice(2)
const program = process.argv[1] ?? ""

/** Ends the program with a text that the executor adds to the error of its task. */
const refuse = (text: string): never => {
  console.error(`dstream: ${text}`)
  process.exit(2)
}

if (first === CHILD) runChild()
else if (!isNewEnough(deno.version.deno)) {
  refuse(`Deno ${deno.version.deno} on this executor is too old for workers. Install Deno ${OLDEST_DENO} or later`)
} else if (module === "pyspark.daemon") await runDaemon(program, parseSettings(first))
else if (module === "pyspark.worker") runSimple(program, parseSettings(first))
else refuse(`this program is a worker of Spark's executors and cannot run ${process.argv.slice(2).join(" ")}`)
