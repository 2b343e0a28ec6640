/**
 * Metrics over Effect's registry. The part of `Metric` that reads values when they are asked for is not stable.
 *
 * @module
 */
import * as Context from "effect/Context"
import * as Metric from "effect/Metric"
import type { Series } from "../../core/series.ts"

const nothing = (): void => {}

/** Registers a series, with the attributes of a context and its own. It replaces one of the same name and attributes. */
export const register = (context: Context.Context<never>, series: Series): void => {
  const { attributes, description, isCounter, name, read } = series
  const given = Context.get(context, Metric.CurrentMetricAttributes)
  const own = Context.add(context, Metric.CurrentMetricAttributes, { ...given, ...attributes })
  if (isCounter) {
    Metric.registerUnsafe(Metric.counter(name, { description, incremental: true }), own, {
      get: () => ({ count: read(), incremental: true }),
      update: nothing,
      modify: nothing,
    })
  } else {
    Metric.registerUnsafe(Metric.gauge(name, { description }), own, {
      get: () => ({ value: read() }),
      update: nothing,
      modify: nothing,
    })
  }
}
