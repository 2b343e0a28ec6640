import java.util.concurrent.atomic.AtomicInteger;
import java.util.List;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.util.Collector;

/**
 * Word count on Flink in one process. The lines of a batch have the event times of one second, so that each tumbling window
 * of a second has the lines of one batch. A time is that of a whole job divided by its windows.
 */
final class Flink {
  private static final int PARALLELISM = 2;
  private static List<String[]> pools;
  private static final AtomicInteger checksum = new AtomicInteger();

  private Flink() {}

  public static void main(String[] args) throws Exception {
    Run run = new Run(args);
    if (!run.workload.equals("wordcount")) throw new IllegalArgumentException(run.workload);
    pools = JavaLoop.pools(pool -> Data.lines(pool, run.records));
    job(run.records, 0, run.warmUp);
    run.start();
    long start = System.nanoTime();
    job(run.records, run.warmUp, run.batches);
    run.add((System.nanoTime() - start) / 1e6 / run.batches, run.batches);
    run.addChecksum(checksum.get());
    run.print();
    System.exit(0);
  }

  private static void job(int records, int firstBatch, int batches) throws Exception {
    var environment = StreamExecutionEnvironment.createLocalEnvironment(PARALLELISM, new Configuration());
    environment.getConfig().enableObjectReuse();
    long count = (long) records * batches;
    long half = count / 2;
    // The source gives each subtask one half of the numbers. Both are to have lines of all windows.
    var lines = environment.fromSequence(0, count - 1).map(i -> i < half ? 2 * i : 2 * (i - half) + 1).returns(Types.LONG);
    lines
        .assignTimestampsAndWatermarks(WatermarkStrategy.<Long>forMonotonousTimestamps()
            .withTimestampAssigner((i, ignored) -> i * 1000 / records))
        .flatMap((Long i, Collector<Tuple2<String, Integer>> out) -> {
          String line = JavaLoop.at(pools, firstBatch + (int) (i / records))[(int) (i % records)];
          for (String word : line.split(" ")) out.collect(new Tuple2<>(word, 1));
        })
        .returns(Types.TUPLE(Types.STRING, Types.INT))
        .keyBy(pair -> pair.f0, Types.STRING)
        .window(TumblingEventTimeWindows.of(java.time.Duration.ofSeconds(1)))
        .sum(1)
        .map(pair -> {
          checksum.addAndGet(Data.hash(pair.f0, pair.f1));
          return pair.f1;
        })
        .returns(Types.INT)
        .sinkTo(new DiscardingSink<>());
    environment.execute();
  }
}
