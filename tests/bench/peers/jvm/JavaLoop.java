import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** The workloads as loops on one thread: what a Java program without a library would do. */
final class JavaLoop {
  private JavaLoop() {}

  public static void main(String[] args) throws Exception {
    Run run = new Run(args);
    run.run(batchOf(run));
  }

  private static Run.Batch batchOf(Run run) {
    int records = run.records;
    switch (run.workload) {
      case "wordcount": {
        var pools = pools(pool -> Data.lines(pool, records));
        return batch -> sumOf(wordCount(Arrays.asList(at(pools, batch)).iterator()));
      }
      case "wordcount-bytes": {
        var pools = pools(pool -> Data.text(Data.lines(pool, records), 0, records));
        return batch -> sumOf(wordCount(lines(at(pools, batch))));
      }
      case "grep": {
        var pools = pools(pool -> Data.lines(pool, records));
        return batch -> {
          int found = 0;
          for (String line : at(pools, batch)) if (line.contains(Data.NEEDLE)) found++;
          return constant(found);
        };
      }
      case "mapfilter-ints": {
        var pools = pools(pool -> Data.ints(pool, records));
        return batch -> {
          int sum = 0;
          for (int x : at(pools, batch)) {
            int tripled = x * 3;
            if (tripled % 2 == 0) sum += tripled + 1;
          }
          return constant(sum);
        };
      }
      case "mapfilter-doubles": {
        var pools = pools(pool -> Arrays.stream(Data.ints(pool, records)).asDoubleStream().toArray());
        return batch -> {
          double sum = 0;
          for (double x : at(pools, batch)) {
            double tripled = x * 3;
            if (tripled % 2 == 0) sum += tripled + 1;
          }
          return constant((int) (long) sum);
        };
      }
      case "join": {
        var left = pools(pool -> Data.pairs(0, pool, records, run.keys));
        var right = pools(pool -> Data.pairs(1, pool, records, run.keys));
        return batch -> {
          var groups = group(at(left, batch));
          int sum = 0;
          for (Data.Pair pair : at(right, batch)) {
            for (int value : groups.getOrDefault(pair.key(), List.of())) sum += Data.hash(pair.key(), value, pair.value());
          }
          return constant(sum);
        };
      }
      case "groupbykey": {
        var pools = pools(pool -> Data.pairs(0, pool, records, run.keys));
        return batch -> {
          int sum = 0;
          for (var group : group(at(pools, batch)).entrySet()) {
            int total = 0;
            for (int value : group.getValue()) total += value;
            sum += Data.hash(group.getKey(), total);
          }
          return constant(sum);
        };
      }
      case "sortbykey": {
        var pools = pools(pool -> Data.pairs(0, pool, records, run.keys));
        return batch -> {
          Data.Pair[] sorted = at(pools, batch).clone();
          Arrays.sort(sorted, Comparator.comparingInt(Data.Pair::key));
          return () -> inOrder(Arrays.asList(sorted));
        };
      }
      default:
        throw new IllegalArgumentException(run.workload);
    }
  }

  static <A> List<A> pools(IntFunction<A> make) {
    return IntStream.range(0, Data.POOLS).mapToObj(make).toList();
  }

  static <A> A at(List<A> pools, int batch) {
    return pools.get(batch % pools.size());
  }

  private static Run.Checksum constant(int sum) {
    return () -> sum;
  }

  static Iterator<String> lines(byte[] text) {
    return new String(text, StandardCharsets.UTF_8).lines().iterator();
  }

  private static Map<String, int[]> wordCount(Iterator<String> lines) {
    Map<String, int[]> counts = new HashMap<>();
    while (lines.hasNext()) {
      String line = lines.next();
      for (int start = 0; start <= line.length(); ) {
        int found = line.indexOf(' ', start);
        int end = found < 0 ? line.length() : found;
        counts.computeIfAbsent(line.substring(start, end), word -> new int[1])[0]++;
        start = end + 1;
      }
    }
    return counts;
  }

  private static Run.Checksum sumOf(Map<String, int[]> counts) {
    return () -> counts.entrySet().stream().mapToInt(entry -> Data.hash(entry.getKey(), entry.getValue()[0])).sum();
  }

  private static Map<Integer, List<Integer>> group(Data.Pair[] pairs) {
    Map<Integer, List<Integer>> groups = new HashMap<>();
    for (Data.Pair pair : pairs) groups.computeIfAbsent(pair.key(), key -> new ArrayList<>()).add(pair.value());
    return groups;
  }

  /** A checksum of sorted pairs, which does not depend on the order of equal keys. */
  static int inOrder(List<Data.Pair> pairs) {
    int order = 0;
    int all = 0;
    for (Data.Pair pair : pairs) {
      order = order * 31 + pair.key();
      all += Data.hash(pair.key(), pair.value());
    }
    return order ^ all;
  }
}
