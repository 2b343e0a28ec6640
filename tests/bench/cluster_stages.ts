/** How long the stages of a cluster took, as Spark's own pages tell. The variable SPARK_UI has their address. */

interface Stage {
  readonly stageId: number
  readonly numTasks: number
  readonly executorRunTime: number
  readonly firstTaskLaunchedTime: string
  readonly completionTime: string
}

const stages = async (): Promise<ReadonlyArray<Stage>> => {
  const api = `${Deno.env.get("SPARK_UI") ?? ""}/api/v1/applications`
  const [{ id }] = await (await fetch(api)).json()
  return await (await fetch(`${api}/${id}/stages?status=complete`)).json()
}

/** The number of the latest stage that has ended, -1 before the first. Undefined: Spark's pages cannot be read. */
export const lastStage = async (): Promise<number | undefined> => {
  if (!Deno.env.has("SPARK_UI")) return undefined
  return (await stages()).reduce((last, { stageId }) => Math.max(last, stageId), -1)
}

/** Milliseconds from the start of the first task to the end of the last one, of the latest heavy stages after another stage. */
export const heavyStages = async (after: number, tasks: number, count: number): Promise<ReadonlyArray<number>> => {
  const all = (await stages()).filter(({ stageId }) => stageId > after).toSorted((a, b) => a.stageId - b.stageId)
  const heaviest = Math.max(...all.map(({ executorRunTime }) => executorRunTime))
  return all
    .filter(({ executorRunTime, numTasks }) => numTasks === tasks && executorRunTime > heaviest / 10)
    .slice(-count)
    .map(({ completionTime, firstTaskLaunchedTime }) => timeOf(completionTime) - timeOf(firstTaskLaunchedTime))
}

const timeOf = (text: string): number => Date.parse(text.replace("GMT", "Z"))
