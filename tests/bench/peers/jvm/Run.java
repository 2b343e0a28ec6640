import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.StringJoiner;

/** The arguments of a run, and the line of JSON that it prints. */
final class Run {
  final String workload;
  final int records;
  final int keys;
  final int warmUp;
  final int batches;
  private final StringJoiner wall = new StringJoiner(",", "[", "]");
  private int checksum;
  private double cpuStart;
  private int timed;

  Run(String[] args) {
    workload = args[0];
    records = number(args, "records");
    keys = number(args, "keys");
    warmUp = number(args, "warmUp");
    batches = number(args, "batches");
  }

  private static int number(String[] args, String name) {
    return Arrays.stream(args)
        .filter(arg -> arg.startsWith(name + "="))
        .mapToInt(arg -> Integer.parseInt(arg.substring(name.length() + 1)))
        .findFirst()
        .orElse(0);
  }

  /** A batch: does the work and gives a way to compute the checksum of the result, which is not timed. */
  interface Batch {
    Checksum run(int batch) throws Exception;
  }

  interface Checksum {
    int of() throws Exception;
  }

  /** Runs the batches and prints the times of all but the warm-up. */
  void run(Batch batch) throws Exception {
    for (int i = 0; i < warmUp + batches; i++) {
      if (i == warmUp) cpuStart = cpuMillis();
      long start = System.nanoTime();
      Checksum sum = batch.run(i);
      double millis = (System.nanoTime() - start) / 1e6;
      if (i >= warmUp) add(millis, 1);
      addChecksum(sum.of());
    }
    print();
  }

  /** Starts counting processor time. */
  void start() {
    cpuStart = cpuMillis();
  }

  void add(double millis, int count) {
    timed += count;
    wall.add(String.format(Locale.ROOT, "%.4f", millis));
  }

  void addChecksum(int sum) {
    checksum += sum;
  }

  void print() throws IOException {
    System.out.printf(
        Locale.ROOT,
        "REPORT {\"wall\":%s,\"cpu\":%.4f,\"megabytes\":%.1f,\"checksum\":%d}%n",
        wall, (cpuMillis() - cpuStart) / timed, peakMegabytes(), checksum);
    System.out.flush();
  }

  private static double cpuMillis() {
    var system = (com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    return system.getProcessCpuTime() / 1e6;
  }

  /** The highest resident memory so far; 0 where the system does not say. */
  private static double peakMegabytes() throws IOException {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) return 0;
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith("VmHWM:")) return Integer.parseInt(line.replaceAll("\\D", "")) / 1024.0;
    }
    return 0;
  }
}
