import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.spark.SparkConf;
import org.apache.spark.streaming.Durations;
import org.apache.spark.streaming.api.java.JavaStreamingContext;
import org.apache.spark.streaming.kafka010.ConsumerStrategies;
import org.apache.spark.streaming.kafka010.KafkaUtils;
import org.apache.spark.streaming.kafka010.LocationStrategies;
import org.apache.spark.streaming.scheduler.StreamingListener;
import org.apache.spark.streaming.scheduler.StreamingListenerBatchCompleted;
import scala.Tuple2;

/**
 * Counts the words of both partitions of a topic with Spark Streaming's direct stream. Arguments: brokers, topic, records of a
 * partition in a batch, batches. Prints the processing times of the batches in milliseconds, and a checksum of all counts.
 */
public class WordCount {
  static int hash(String word) {
    int hash = 0x811c9dc5;
    for (int i = 0; i < word.length(); i++) hash = (hash ^ word.charAt(i)) * 0x01000193;
    return hash;
  }

  public static void main(String[] arguments) throws Exception {
    String topic = arguments[1];
    int batches = Integer.parseInt(arguments[3]);
    SparkConf conf = new SparkConf().setMaster("local[2]").setAppName("word count")
        .set("spark.ui.enabled", "false")
        .set("spark.streaming.kafka.maxRatePerPartition", arguments[2]);
    JavaStreamingContext context = new JavaStreamingContext(conf, Durations.seconds(1));
    Map<String, Object> consumer = new HashMap<>();
    consumer.put("bootstrap.servers", arguments[0]);
    consumer.put("group.id", "spark-" + topic);
    consumer.put("enable.auto.commit", false);
    consumer.put("key.deserializer", StringDeserializer.class);
    consumer.put("value.deserializer", StringDeserializer.class);
    Map<TopicPartition, Long> from = new HashMap<>();
    for (int i = 0; i < 2; i++) from.put(new TopicPartition(topic, i), 0L);
    List<Long> times = new ArrayList<>();
    AtomicInteger checksum = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(batches);
    context.addStreamingListener(new StreamingListener() {
      @Override
      public synchronized void onBatchCompleted(StreamingListenerBatchCompleted event) {
        times.add((Long) event.batchInfo().processingDelay().get());
        done.countDown();
      }
    });
    KafkaUtils.<String, String>createDirectStream(context, LocationStrategies.PreferConsistent(),
            ConsumerStrategies.<String, String>Assign(from.keySet(), consumer, from))
        .flatMap(record -> Arrays.asList(record.value().split(" ")).iterator())
        .mapToPair(word -> new Tuple2<>(word, 1))
        .reduceByKey(Integer::sum)
        .foreachRDD(rdd -> {
          int sum = 0;
          for (Tuple2<String, Integer> each : rdd.collect()) sum += hash(each._1()) * each._2();
          checksum.addAndGet(sum);
        });
    context.start();
    done.await();
    synchronized (times) {
      System.out.println("RESULT " + times.subList(0, batches).toString().replaceAll("[\\[\\],]", "") + " " + checksum.get());
    }
    // Everything is read; an orderly stop would only take time.
    Runtime.getRuntime().halt(0);
  }
}
