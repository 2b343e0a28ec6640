/** A graph that workers do not find. */
import * as Graph from "../../../lib/graph.ts"
import { collected, type Config, wordsOf } from "./faulty_graphs.ts"

const hidden = Graph.module(import.meta, (config: Config) => [collected(wordsOf(config))])

/** Makes a graph by a declared function that is not exported. */
export const ofHidden: typeof hidden = (config) => hidden(config)
