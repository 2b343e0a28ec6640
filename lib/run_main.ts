/**
 * Running a program as the main one of its process.
 *
 * @module
 */
export { runMain, RunsInWorker } from "./streaming/run_main.ts"
