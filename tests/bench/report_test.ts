import assert from "node:assert/strict"
import { chart } from "./chart.ts"
import { goalTable, section } from "./markdown.ts"
import { difference, figure, interleaved, median, sampled } from "./measure.ts"
import { merged, outcomesOf, type Report } from "./report.ts"
import { rowsOf } from "./rows.ts"

const report = (hand: number, batch: number): Report => ({
  title: "word count",
  figures: [
    figure("hand", [hand, hand + 2], { cpu: [hand] }),
    figure("batch", [batch, batch + 2], { cpu: [batch] }),
    figure("memory", [90], { unit: "MB" }),
  ],
  goals: [
    { of: "batch", base: "hand", percent: 100 },
    { of: "batch", base: "hand", times: 1.5 },
    { of: "batch", most: 20 },
    { of: "memory", most: 80 },
  ],
})

Deno.test("outcomesOf() compares processor times, and gives the median of the ratios of all runs", () => {
  const outcomes = outcomesOf([report(10, 8), report(10, 20), report(10, 16)])
  assert.deepEqual(outcomes.map(({ clock, reached, value }) => [value, reached, clock]), [
    [62.5, false, "cpu"],
    [1.6, false, "cpu"],
    [16, true, "cpu"],
    [90, false, "wall"],
  ])
  assert.deepEqual(outcomes[0]?.runs, [125, 50, 62.5])
})

Deno.test("outcomesOf() compares wall times where the report says so", () => {
  const [percent] = outcomesOf([{ ...report(9, 19), isWall: true }])
  assert.deepEqual([percent?.clock, percent?.value], ["wall", 50])
})

Deno.test("outcomesOf() throws for a goal of a figure that does not exist", () => {
  assert.throws(() => outcomesOf([{ ...report(1, 1), goals: [{ of: "none", most: 1 }] }]), /figure none/)
})

Deno.test("merged() gives the median of medians and the extremes", () => {
  const [hand] = merged([report(10, 1), report(30, 1), report(12, 1)]).figures
  assert.deepEqual(hand, {
    name: "hand",
    unit: "ms",
    min: 10,
    median: 13,
    max: 32,
    cpu: { min: 10, median: 12, max: 30 },
  })
})

Deno.test("rowsOf() gives a row for each figure, clock and goal", () => {
  const one = report(10, 8)
  const rows = rowsOf("wordcount", one, outcomesOf([one]))
  const of = (name: string) =>
    rows.filter(({ figure }) => figure === name).map(({ against, goal, ratio, reached, unit }) => [
      unit,
      ratio,
      against,
      goal,
      reached,
    ])
  assert.deepEqual(of("hand"), [["ms", null, null, null, null], ["cpu ms", null, null, null, null]])
  assert.deepEqual(of("batch"), [
    ["ms", 11 / 9, "hand", null, null],
    ["cpu ms", 1.25, "hand", "≥ 100 %", true],
    ["cpu ms", 1.25, "hand", "≤ 1.5 ×", true],
    ["cpu ms", null, null, "≤ 20 ms", true],
  ])
  assert.deepEqual(of("memory"), [["MB", null, null, "≤ 80 MB", false]])
})

Deno.test("section(), goalTable() and chart() show figures, goals and curves", () => {
  const curves = {
    axis: "keys",
    lines: [{ name: "ours", points: [{ x: 1, figure: "hand" }, { x: 10, figure: "batch" }] }],
  }
  const one = { ...report(10, 8), curves }
  const result = { bench: "wordcount", report: one, outcomes: outcomesOf([one]) }
  assert.match(section(one, result.outcomes), /\| batch .* 125 % \|/)
  assert.match(goalTable([result]), /\| wordcount: batch against hand +\| ≥ 100 % +\|.* 125 % +\| reached \|/)
  const svg = chart([result], "a < machine")
  assert.match(svg, /wordcount: memory/)
  assert.match(svg, /a &lt; machine/)
  assert.match(svg, /<polyline/)
  assert.doesNotMatch(svg, /NaN|Infinity|undefined/)
})

Deno.test("interleaved() throws if variants have different checksums, or none", async () => {
  const variant = (name: string, sum: number) => ({ name, run: () => () => sum })
  await assert.rejects(interleaved([variant("a", 1), variant("b", 2)], 1), /a: 1, b: 2: variants differ/)
  await assert.rejects(interleaved([variant("a", NaN)], 1), /a: NaN/)
})

Deno.test("sampled() times rounds after the warm-up, and difference() subtracts them round by round", async () => {
  const rounds: Array<number> = []
  const run = (round: number) => {
    rounds.push(round)
    return () => 0
  }
  const [samples] = await sampled([{ name: "a", run }], 3, 2)
  assert.deepEqual([rounds, samples?.wall.length], [[0, 1, 2, 3, 4], 3])
  const of = (...wall: Array<number>) => ({ name: "a", wall, cpu: [] })
  assert.deepEqual(difference("b", of(5, 9), of(1, 2)), { name: "b", wall: [4, 7], cpu: [] })
  assert.equal(median([3, 1, 2, 10]), 2.5)
})
