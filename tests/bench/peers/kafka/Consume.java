import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import com.sun.management.OperatingSystemMXBean;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads the first records of both partitions of a topic with Kafka's own consumer. Arguments: brokers, topic, records. Each line
 * of the input, "bytes" or "strings", is a round, and is answered by its milliseconds, the processor time of all threads in
 * milliseconds, and the sum of the lengths of the values.
 */
public class Consume {
  interface Length<V> {
    int of(V value);
  }

  static final OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  static String topic;
  static long records;

  /** Assigns partitions and seeks before the time is taken. */
  static <V> void round(KafkaConsumer<byte[], V> consumer, Collection<TopicPartition> partitions, Length<V> length) {
    consumer.seekToBeginning(partitions);
    long sum = 0;
    long left = records;
    long cpu = system.getProcessCpuTime();
    long start = System.nanoTime();
    while (left > 0) {
      for (ConsumerRecord<byte[], V> record : consumer.poll(Duration.ofSeconds(1))) {
        sum += length.of(record.value());
        left--;
      }
    }
    long wall = System.nanoTime() - start;
    System.out.println(wall / 1e6 + " " + (system.getProcessCpuTime() - cpu) / 1e6 + " " + sum);
  }

  static <V> KafkaConsumer<byte[], V> consumer(String brokers, String deserializer, Collection<TopicPartition> partitions) {
    String prefix = "org.apache.kafka.common.serialization.";
    KafkaConsumer<byte[], V> consumer = new KafkaConsumer<>(Map.of(
        "bootstrap.servers", brokers,
        "enable.auto.commit", "false",
        "key.deserializer", prefix + "ByteArrayDeserializer",
        "value.deserializer", prefix + deserializer));
    consumer.assign(partitions);
    return consumer;
  }

  public static void main(String[] arguments) throws Exception {
    topic = arguments[1];
    records = Long.parseLong(arguments[2]);
    List<TopicPartition> partitions = IntStream.range(0, 2).mapToObj(i -> new TopicPartition(topic, i)).toList();
    KafkaConsumer<byte[], byte[]> bytes = consumer(arguments[0], "ByteArrayDeserializer", partitions);
    KafkaConsumer<byte[], String> strings = consumer(arguments[0], "StringDeserializer", partitions);
    BufferedReader input = new BufferedReader(new InputStreamReader(System.in));
    for (String line = input.readLine(); line != null; line = input.readLine()) {
      if (line.equals("bytes")) round(bytes, partitions, value -> value.length);
      else round(strings, partitions, String::length);
    }
  }
}
