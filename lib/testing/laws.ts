/**
 * The catalogue of laws. Each function makes a law about your functions, operators or pipelines, and `Testing.check`
 * checks it. A law about an operator is about the library's own unless you pass another.
 *
 * @module
 */
export { isAssociative, isCommutative, isNeutral, monoid, undoes, type ValueOptions } from "./laws_combine.ts"
export {
  type ElementOptions,
  filterFusion,
  type FilterOperator,
  flatMapAssociates,
  type FlatMapOperator,
  mapFusion,
  type MapOperator,
} from "./laws_element.ts"
export {
  countByValueIsReduceByKey,
  joinIsNestedLoop,
  type JoinOperator,
  type JoinOptions,
  type PairOptions,
  reduceByKeyIsGroupThenReduce,
  type ReduceByKeyOperator,
} from "./laws_keyed.ts"
export {
  enginesAgree,
  orderIsInvisible,
  partitioningIsInvisible,
  type Pipeline,
  type PipelineOptions,
  replayIsDeterministic,
  splittingIsInvisible,
} from "./laws_pipeline.ts"
export { recoveryIsInvisible, rescalingIsInvisible, upgradeIsInvisible } from "./laws_recovery.ts"
export {
  mapWithStateIsScan,
  stateIsFold,
  type StateOperator,
  type Step,
  type StepOperator,
  type Update,
} from "./laws_state.ts"
export {
  commutesWithUnion,
  filterCommutesWithUnion,
  unionAssociates,
  unionCommutes,
  type UnionOperator,
  type UnionOptions,
} from "./laws_union.ts"
export {
  inverseWindowIsPlain,
  type InverseWindowOperator,
  reduceByWindowIsReduceOfWindow,
  windowIsConcatenation,
  type WindowOperator,
} from "./laws_window.ts"
