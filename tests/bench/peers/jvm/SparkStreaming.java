import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.apache.spark.HashPartitioner;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.Optional;
import org.apache.spark.streaming.Durations;
import org.apache.spark.streaming.State;
import org.apache.spark.streaming.StateSpec;
import org.apache.spark.streaming.api.java.JavaDStream;
import org.apache.spark.streaming.api.java.JavaPairDStream;
import org.apache.spark.streaming.api.java.JavaStreamingContext;
import org.apache.spark.streaming.scheduler.StreamingListener;
import org.apache.spark.streaming.scheduler.StreamingListenerBatchCompleted;
import org.apache.spark.util.ManualClock;
import scala.Tuple2;

/**
 * The workloads on Spark Streaming in one process, with its Java API. Batches run one at a time on Spark's manual clock: a
 * batch is timed from its tick until a listener is told that it has completed.
 */
final class SparkStreaming {
  private static final org.apache.spark.streaming.Duration SECOND = Durations.seconds(1);
  private static final int WINDOW = 30;
  /** The workloads for which Spark demands a checkpoint. */
  private static final Set<String> CHECKPOINTED = Set.of("window-inverse", "updatestate", "mapstate");

  /** Inputs, by number. Tasks read them here, so that no task carries records. */
  private static final Object[][] inputs = new Object[4][];

  /** The checksum of the latest output. Not in an instance, because checkpoints hold the functions that set it. */
  private static volatile Run.Checksum latest = () -> 0;

  private final Run run;
  private final JavaStreamingContext context;
  private final int slices;

  private SparkStreaming(Run run, JavaStreamingContext context) {
    this.run = run;
    this.context = context;
    this.slices = context.sparkContext().defaultParallelism();
  }

  public static void main(String[] args) throws Exception {
    Run run = new Run(args);
    Path folder = Files.createTempDirectory("bench-spark");
    SparkConf conf = new SparkConf()
        .setAppName("bench")
        .setMaster("local[2]")
        .set("spark.ui.enabled", "false")
        .set("spark.driver.host", "localhost")
        .set("spark.driver.bindAddress", "127.0.0.1")
        .set("spark.local.dir", folder.toString())
        // Scala programs get it for words and numbers by themselves. The Java API does not tell Spark their types.
        .set("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
        .set("spark.streaming.clock", "org.apache.spark.util.ManualClock");
    JavaStreamingContext context = new JavaStreamingContext(conf, SECOND);
    if (CHECKPOINTED.contains(run.workload)) context.checkpoint(folder.resolve("checkpoint").toString());
    try {
      SparkStreaming peer = new SparkStreaming(run, context);
      peer.define();
      peer.runAll();
    } finally {
      context.stop(true, false);
      try (var files = Files.walk(folder)) {
        files.sorted(Comparator.reverseOrder()).forEach(file -> file.toFile().delete());
      }
    }
    System.exit(0);
  }

  private void runAll() throws Exception {
    Semaphore completed = new Semaphore(0);
    context.ssc().addStreamingListener(new StreamingListener() {
      @Override
      public void onBatchCompleted(StreamingListenerBatchCompleted event) {
        completed.release();
      }
    });
    context.start();
    ManualClock clock = (ManualClock) context.ssc().scheduler().clock();
    run.run(batch -> {
      clock.advance(SECOND.milliseconds());
      completed.acquire();
      return latest;
    });
  }

  private void define() {
    switch (run.workload) {
      case "wordcount" -> wordCount(lines());
      case "wordcount-bytes" -> wordCount(this.<byte[]>stream(0, pool -> texts(pool)).flatMap(JavaLoop::lines));
      case "empty" -> wordCount(context.queueStream(empties(), true));
      case "grep" -> {
        String needle = Data.NEEDLE;
        lines().filter(line -> line.contains(needle)).foreachRDD(rdd -> {
          int found = (int) rdd.count();
          latest = () -> found;
        });
      }
      case "mapfilter-ints" -> this.<Integer>stream(0, pool -> boxed(pool))
          .map(x -> x * 3).filter(x -> x % 2 == 0).map(x -> x + 1)
          .foreachRDD(rdd -> {
            int sum = rdd.reduce(Integer::sum);
            latest = () -> sum;
          });
      case "mapfilter-doubles" -> this.<Double>stream(0, pool -> boxedDoubles(pool))
          .map(x -> x * 3).filter(x -> x % 2 == 0).map(x -> x + 1)
          .foreachRDD(rdd -> {
            double sum = rdd.reduce(Double::sum);
            latest = () -> (int) (long) sum;
          });
      case "join" -> pairs(0).join(pairs(1)).foreachRDD(rdd -> {
        int sum = rdd.aggregate(0, (total, pair) -> total + Data.hash(pair._1(), pair._2()._1(), pair._2()._2()), Integer::sum);
        latest = () -> sum;
      });
      case "groupbykey" -> pairs(0).groupByKey().foreachRDD(rdd -> {
        int sum = rdd.aggregate(0, (total, group) -> {
          int all = 0;
          for (int value : group._2()) all += value;
          return total + Data.hash(group._1(), all);
        }, Integer::sum);
        latest = () -> sum;
      });
      case "sortbykey" -> pairs(0).transformToPair(rdd -> rdd.sortByKey()).foreachRDD(rdd -> {
        List<Tuple2<Integer, Integer>> sorted = rdd.collect();
        latest = () -> JavaLoop.inOrder(sorted.stream().map(pair -> new Data.Pair(pair._1(), pair._2())).toList());
      });
      case "window" -> sums(pairs(0).reduceByKeyAndWindow(Integer::sum, Durations.seconds(WINDOW), SECOND));
      case "window-inverse" ->
        sums(pairs(0).reduceByKeyAndWindow(Integer::sum, (a, b) -> a - b, Durations.seconds(WINDOW), SECOND));
      case "updatestate" ->
        sums(pairs(0).updateStateByKey(SparkStreaming::update, new HashPartitioner(slices), zeros()));
      case "mapstate" -> {
        StateSpec<Integer, Integer, Integer, Tuple2<Integer, Integer>> spec =
            StateSpec.function(SparkStreaming::track).initialState(zeros());
        pairs(0).mapWithState(spec).foreachRDD(rdd -> sum(JavaPairRDD.fromJavaRDD(rdd)));
      }
      default -> throw new IllegalArgumentException(run.workload);
    }
  }

  private static void wordCount(JavaDStream<String> lines) {
    lines
        .flatMap(line -> Arrays.asList(line.split(" ")).iterator())
        .mapToPair(word -> new Tuple2<>(word, 1))
        .reduceByKey(Integer::sum)
        .foreachRDD(rdd -> {
          List<Tuple2<String, Integer>> counts = rdd.collect();
          latest = () -> counts.stream().mapToInt(pair -> Data.hash(pair._1(), pair._2())).sum();
        });
  }

  private static void sums(JavaPairDStream<Integer, Integer> sums) {
    sums.foreachRDD(rdd -> sum(rdd));
  }

  private static void sum(JavaPairRDD<Integer, Integer> rdd) {
    int sum = rdd.aggregate(0, (total, pair) -> total + Data.hash(pair._1(), pair._2()), Integer::sum);
    latest = () -> sum;
  }

  private static Optional<Integer> update(List<Integer> values, Optional<Integer> state) {
    int sum = state.orElse(0);
    for (int value : values) sum += value;
    return Optional.of(sum);
  }

  private static Tuple2<Integer, Integer> track(Integer key, Optional<Integer> value, State<Integer> state) {
    int sum = (state.exists() ? state.get() : 0) + value.orElse(0);
    state.update(sum);
    return new Tuple2<>(key, sum);
  }

  private JavaPairRDD<Integer, Integer> zeros() {
    int keys = run.keys;
    int parts = slices;
    return slices().flatMap(slice -> IntStream.range(Data.start(keys, slice, parts), Data.start(keys, slice + 1, parts)).iterator())
        .mapToPair(key -> new Tuple2<>(key, 0));
  }

  private JavaRDD<Integer> slices() {
    return context.sparkContext().parallelize(IntStream.range(0, slices).boxed().toList(), slices);
  }

  private JavaDStream<String> lines() {
    return stream(0, pool -> Data.lines(pool, run.records));
  }

  private byte[][] texts(int pool) {
    String[] lines = Data.lines(pool, run.records);
    return IntStream.range(0, slices)
        .mapToObj(i -> Data.text(lines, Data.start(lines.length, i, slices), Data.start(lines.length, i + 1, slices)))
        .toArray(byte[][]::new);
  }

  private Integer[] boxed(int pool) {
    return Arrays.stream(Data.ints(pool, run.records)).boxed().toArray(Integer[]::new);
  }

  private Double[] boxedDoubles(int pool) {
    return Arrays.stream(Data.ints(pool, run.records)).mapToObj(x -> (double) x).toArray(Double[]::new);
  }

  private JavaPairDStream<Integer, Integer> pairs(int number) {
    return JavaPairDStream.fromJavaDStream(this.<Tuple2<Integer, Integer>>stream(number, pool -> {
      Data.Pair[] pairs = Data.pairs(number, pool, run.records, run.keys);
      @SuppressWarnings("unchecked")
      Tuple2<Integer, Integer>[] tuples = new Tuple2[pairs.length];
      Arrays.setAll(tuples, i -> new Tuple2<>(pairs[i].key(), pairs[i].value()));
      return tuples;
    }));
  }

  /** A queue stream whose batches are the pools in turn. */
  private <A> JavaDStream<A> stream(int number, java.util.function.IntFunction<A[]> records) {
    int parts = slices;
    List<JavaRDD<A>> pools = JavaLoop.pools(pool -> {
      int input = Data.POOLS * number + pool;
      inputs[input] = records.apply(pool);
      return slices().flatMap(slice -> SparkStreaming.<A>slice(input, slice, parts).iterator());
    });
    Queue<JavaRDD<A>> queue = new LinkedList<>();
    for (int i = 0; i < run.warmUp + run.batches; i++) queue.add(pools.get(i % pools.size()));
    return context.queueStream(queue, true);
  }

  @SuppressWarnings("unchecked")
  private static <A> List<A> slice(int input, int slice, int slices) {
    A[] all = (A[]) inputs[input];
    return Arrays.asList(all).subList(Data.start(all.length, slice, slices), Data.start(all.length, slice + 1, slices));
  }

  private Queue<JavaRDD<String>> empties() {
    Queue<JavaRDD<String>> queue = new LinkedList<>();
    for (int i = 0; i < run.warmUp + run.batches; i++) queue.add(context.sparkContext().emptyRDD());
    return queue;
  }
}
