import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The input records of {@code tests/bench/data.ts}, from the same seeded generator, and the hashes of results. */
final class Data {
  static final int POOLS = 2;
  private static final int WORDS_PER_LINE = 12;
  static final String[] WORDS = vocabulary();
  static final String NEEDLE = WORDS[42];

  private Data() {}

  /** A pair of whole numbers. */
  record Pair(int key, int value) {}

  /** mulberry32 */
  private static final class Numbers {
    private int state;

    Numbers(int seed) {
      state = seed;
    }

    int below(int bound) {
      state += 0x6d2b79f5;
      int mixed = (state ^ (state >>> 15)) * (1 | state);
      mixed = (mixed + (mixed ^ (mixed >>> 7)) * (61 | mixed)) ^ mixed;
      return Integer.remainderUnsigned(mixed ^ (mixed >>> 14), bound);
    }
  }

  private static String[] vocabulary() {
    Numbers numbers = new Numbers(1);
    String[] words = new String[5000];
    for (int i = 0; i < words.length; i++) {
      char[] letters = new char[7];
      for (int j = 0; j < letters.length; j++) letters[j] = (char) ('a' + numbers.below(26));
      words[i] = new String(letters);
    }
    return words;
  }

  static String[] lines(int pool, int count) {
    Numbers numbers = new Numbers(1000 + pool);
    String[] lines = new String[count];
    for (int i = 0; i < count; i++) {
      StringBuilder line = new StringBuilder(96);
      for (int j = 0; j < WORDS_PER_LINE; j++) {
        if (j > 0) line.append(' ');
        line.append(WORDS[numbers.below(WORDS.length)]);
      }
      lines[i] = line.toString();
    }
    return lines;
  }

  /** The lines from index {@code from} to {@code to} as bytes, each with a line end. */
  static byte[] text(String[] lines, int from, int to) {
    StringBuilder text = new StringBuilder(96 * (to - from));
    for (int i = from; i < to; i++) text.append(lines[i]).append('\n');
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  static int[] ints(int pool, int count) {
    Numbers numbers = new Numbers(2000 + pool);
    int[] ints = new int[count];
    for (int i = 0; i < count; i++) ints[i] = numbers.below(1 << 20);
    return ints;
  }

  static Pair[] pairs(int stream, int pool, int count, int keys) {
    Numbers numbers = new Numbers(3000 + 10 * stream + pool);
    Pair[] pairs = new Pair[count];
    for (int i = 0; i < count; i++) {
      int key = numbers.below(keys);
      pairs[i] = new Pair(key, numbers.below(1000));
    }
    return pairs;
  }

  /** The part of an array that belongs to a slice. */
  static <A> List<A> slice(A[] all, int slice, int slices) {
    List<A> part = new ArrayList<>();
    for (int i = start(all.length, slice, slices); i < start(all.length, slice + 1, slices); i++) part.add(all[i]);
    return part;
  }

  static int start(int length, int slice, int slices) {
    return (int) ((long) length * slice / slices);
  }

  static int hash(int key, int value) {
    return (key + 1) * 0x9e3779b1 * value;
  }

  static int hash(int key, int left, int right) {
    return hash(key, (left + 1) * (right + 1));
  }

  static int hash(String word, int count) {
    int hash = 0x811c9dc5;
    for (int i = 0; i < word.length(); i++) hash = (hash ^ word.charAt(i)) * 0x01000193;
    return hash * count;
  }
}
