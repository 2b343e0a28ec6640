/** The recordings that are skipped, each with its reason. `pins.ts` compares them with what happens. */

/** A result of DStream beside that of Spark. */
export interface Replaced {
  /** The place below `expected`: field names and indices with dots between them. */
  readonly at: string
  readonly spark: unknown
  readonly dstream: unknown
}

/** A recording that is skipped. */
export interface Pin {
  /** The family and the id of the case. */
  readonly name: string
  /** `informative`, `missing: …`, or the names of differences from `differences.json`. */
  readonly reason: string
  /** Where no rule tells what DStream gives: its results, which are compared instead. */
  readonly results?: ReadonlyArray<Replaced>
}

const skip = (reason: string, family: string, ids: string): ReadonlyArray<Pin> =>
  ids.split(" ").map((id) => ({ name: `${family} ${id}`, reason }))

/** The files of a checkpoint: a journal, and what receivers store. */
const checkpointFiles = ["journal", "received"].flatMap((log) => [`${log}-0000000001`, `${log}-cleaned-0000000001`])

/** All pins. */
export const pins: ReadonlyArray<Pin> = [
  ...skip("recoveredBatches", "recovery", "RC-01 RC-02 RC-03 RC-04 RC-05"),
  ...skip("missing: step recoverFromEmptyDir", "lifecycle", "LC-26"),

  ...skip("startTwice", "lifecycle", "LC-02"),
  ...skip("lateDefinitions", "lifecycle", "LC-07 LC-08 LC-09 LC-10"),
  ...skip("lateChanges", "lifecycle", "LC-15"),
  ...skip("checkpoints", "lifecycle", "LC-20 LC-22 LC-23 LC-24 LC-25"),
  ...skip("checkpoints", "map_with_state", "MS-20"),
  ...skip("checkpoints", "update_state", "US-21"),
  ...skip("checkpoints", "window_reduce", "WR-17 WR-18"),
  ...skip("timeouts", "map_with_state", "MS-10"),
  ...skip("failedBatches", "transform", "TR-17"),
  ...skip("inverseWindows", "window_reduce", "WR-02 WR-04 WR-11 WR-14 WR-15 WR-16 WR-23"),
  ...skip("intervals", "remember", "RM-03 RM-04 RM-05 RM-06 RM-07 RM-08 RM-16"),
  ...skip("windowLevels", "remember", "RM-09"),
  ...skip("fileOrder", "files", "FS-05 FS-06"),
  ...skip("hiddenFiles", "files", "FS-08"),
  ...skip("rddChanges", "rdd_actions", "RA-13 RA-15"),
  ...skip("idleBatches", "listener", "LS-06"),

  // Java's hash codes of decimals and of tuples decide these.
  {
    name: "placement HP-04",
    reason: "informative",
    results: [
      {
        at: "hashCodes",
        spark: [1071644672, 1073217536, 1073741824, -1074266112, 1644339295],
        dstream: [1071644672, 1073217536, 2, -1074266112, 1410065410],
      },
      { at: "partition.2", spark: [0, 0, 0, 0, 1], dstream: [0, 0, 0, 0, 0] },
      { at: "partition.3", spark: [2, 2, 1, 0, 1], dstream: [2, 2, 2, 0, 1] },
      { at: "partition.5", spark: [2, 1, 4, 3, 0], dstream: [2, 1, 2, 3, 0] },
      { at: "partition.8", spark: [0, 0, 0, 0, 7], dstream: [0, 0, 2, 0, 2] },
    ],
  },
  {
    name: "placement HP-06",
    reason: "informative",
    results: [
      {
        at: "hashCodes",
        spark: [-1734940110, 1316541600, 1653176669, 46951769],
        dstream: [3969, 994, 1024, 7968],
      },
      { at: "partition.2", spark: [0, 0, 1, 1], dstream: [1, 0, 0, 0] },
      { at: "partition.3", spark: [0, 0, 2, 2], dstream: [0, 1, 1, 0] },
      { at: "partition.5", spark: [0, 0, 4, 4], dstream: [4, 4, 4, 3] },
      { at: "partition.8", spark: [2, 0, 5, 1], dstream: [1, 2, 0, 0] },
    ],
  },
  // A context with a checkpoint refuses queues when it starts; Spark fails when it reads the checkpoint.
  {
    name: "recovery RC-06",
    reason: "informative",
    results: [
      {
        at: "steps",
        spark: [
          { "do": "create" },
          { "do": "build" },
          { "do": "start" },
          { "do": "advance", "value": ["completed", "completed"] },
          { "do": "settle" },
          { "do": "stop" },
          {
            "do": "recover",
            "error": {
              "class": "org.apache.spark.SparkException",
              "message": "Failed to read checkpoint from directory <tmp>/cp",
              "cause": {
                "class": "java.io.NotSerializableException",
                "message":
                  "queueStream doesn't support checkpointing. Please don't use queueStream when checkpointing is enabled.",
              },
            },
          },
        ],
        dstream: [
          { "do": "create" },
          { "do": "build" },
          {
            "do": "start",
            "error": {
              "class": "java.lang.IllegalArgumentException",
              "message":
                "queueStream at <site>: it cannot go on after a restart, so a context with a checkpoint cannot have it. Use a source that has positions, such as files, or a receiver",
            },
          },
          {
            "do": "advance",
            "error": {
              "class": "org.apache.spark.SparkException",
              "message": "StreamingContext has not been started (advance); start it first",
            },
          },
          { "do": "settle" },
          { "do": "stop" },
          { "do": "recover" },
        ],
      },
      {
        at: "outputs.out",
        spark: [{ "time": 1000, "output": [2], "partitions": [[], [2]] }, {
          "time": 2000,
          "output": [4],
          "partitions": [[], [4]],
        }],
        dstream: [],
      },
    ],
  },
  // A checkpoint is a log in a few files; Spark writes two files for each batch.
  {
    name: "recovery RC-07",
    reason: "informative",
    results: [
      { at: "steps.4.value", spark: ["checkpoint-1000", "checkpoint-1000.bk"], dstream: checkpointFiles },
      {
        at: "steps.6.value",
        spark: [
          "checkpoint-1000",
          "checkpoint-1000.bk",
          "checkpoint-2000",
          "checkpoint-2000.bk",
          "checkpoint-3000",
          "checkpoint-3000.bk",
        ],
        dstream: checkpointFiles,
      },
    ],
  },
]
