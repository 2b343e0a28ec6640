#!/usr/bin/env bash
# An Apache Kafka server for tests: one node in KRaft mode, broker and controller in one process.
#
#   kafka.sh download    downloads Kafka (about 60 MB) into the cache, unless it is there
#   kafka.sh run         runs the server until the standard input ends, then stops it and removes its files
#
# Each line of the input of a running server is a command:
#   stop     kills the broker at once
#   start    starts it again, on the same ports and with the same data
#   suspend  stops the broker's process without closing its connections
#   resume   lets a suspended broker go on
# Prints lines KEY=VALUE when the server answers (KAFKA_BROKERS, KAFKA_SASL_BROKERS, KAFKA_TLS_BROKERS, KAFKA_TLS_CA,
# KAFKA_PROXY, KAFKA_BEHIND_PROXY, KAFKA_CLASSPATH), and "done" after each command. A proxy of the tests that listens at
# KAFKA_PROXY and forwards to KAFKA_BEHIND_PROXY gets all connections of clients that begin there. The SASL listener takes PLAIN and SCRAM-SHA-256 with the user "alice" and
# the password "alice-secret". Exits with 1 and a reason if the server cannot run here: it needs Java 17 or newer, and Maven
# to download Kafka once.
set -u
version=4.4.0
. "$(dirname "$0")/fetching.sh"
place="$cache/kafka-jars-$version"
folder=$(mktemp -d "${TMPDIR:-/tmp}/dstream-kafka-XXXXXX")
broker=

kill_broker() {
  [ -n "$broker" ] && { kill -KILL "$broker"; wait "$broker"; } 2>/dev/null
  broker=
}

stop() {
  trap '' EXIT HUP INT TERM
  # Killed at once: nothing of the server is kept.
  kill_broker
  rm -rf "$folder"
}
trap stop EXIT
trap 'exit 1' HUP INT TERM

download() {
  need java keytool
  fetch_jars "$place" "org.apache.kafka:kafka_2.13:$version" "org.apache.logging.log4j:log4j-slf4j-impl:2.25.5"
}

# Sets the variable of the given name to a port that is free now.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  printf -v "$1" '%s' "$port"
}

# Runs a class of Kafka in place of the calling shell.
kafka() {
  exec java -Xms128m -Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dlog4j2.configurationFile="$folder/log4j2.properties" \
    -cp "$place/jars/*" "$@"
}

configure() {
  local controller
  free_port plain; free_port controller; free_port sasl; free_port tls; free_port behind; free_port proxy
  cat >"$folder/log4j2.properties" <<LOG
rootLogger = WARN, out
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d %p %m (%c)%n
LOG
  keytool -genkeypair -alias kafka -keyalg RSA -keysize 2048 -validity 3650 -dname CN=localhost \
    -ext san=dns:localhost,ip:127.0.0.1 -keystore "$folder/keys.p12" -storetype PKCS12 -storepass changeit \
    >"$folder/keytool.log" 2>&1 || failed "keytool cannot make a certificate"
  keytool -exportcert -rfc -alias kafka -keystore "$folder/keys.p12" -storepass changeit >"$folder/ca.pem" 2>/dev/null
  cat >"$folder/server.properties" <<SETTINGS
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller
listeners=PLAINTEXT://127.0.0.1:$plain,CONTROLLER://127.0.0.1:$controller,SASL_PLAINTEXT://127.0.0.1:$sasl,SSL://127.0.0.1:$tls,PROXIED://127.0.0.1:$behind
advertised.listeners=PLAINTEXT://127.0.0.1:$plain,SASL_PLAINTEXT://127.0.0.1:$sasl,SSL://localhost:$tls,PROXIED://127.0.0.1:$proxy
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SSL:SSL,PROXIED:PLAINTEXT
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256
listener.name.sasl_plaintext.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="alice-secret";
listener.name.sasl_plaintext.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
ssl.keystore.location=$folder/keys.p12
ssl.keystore.password=changeit
ssl.keystore.type=PKCS12
log.dirs=$folder/data
num.partitions=1
# The tests make their topics. One that appears by itself would hide a wrong name.
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=2
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=2
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
log.cleaner.backoff.ms=500
# Batches in virtual time write records of the year 1970.
log.retention.ms=-1
SETTINGS
}

# Ends with the logs of the server, which say why it does not work.
failed() {
  echo "$1" >&2
  tail -n 20 "$folder"/*.log >&2
  exit 1
}

start_broker() {
  (cd "$folder" && kafka kafka.Kafka "$folder/server.properties") >>"$folder/broker.log" 2>&1 </dev/null &
  broker=$!
  local deadline=$((SECONDS + 240))
  until (exec 3<>"/dev/tcp/127.0.0.1/$plain") 2>/dev/null; do
    kill -0 "$broker" 2>/dev/null || failed "Kafka has ended"
    [ "$SECONDS" -lt "$deadline" ] || failed "Kafka does not answer"
    sleep 0.2
  done
}

download
[ "${1:-run}" = run ] || exit 0
configure
(cd "$folder" && kafka kafka.tools.StorageTool format -t AAAAAAAAAAAAAAAAAAAAAQ -c "$folder/server.properties" \
  --add-scram 'SCRAM-SHA-256=[name=alice,password=alice-secret]') >"$folder/format.log" 2>&1 </dev/null ||
  failed "Kafka cannot format its directory"
start_broker
echo "KAFKA_BROKERS=127.0.0.1:$plain"
echo "KAFKA_SASL_BROKERS=127.0.0.1:$sasl"
echo "KAFKA_TLS_BROKERS=localhost:$tls"
echo "KAFKA_TLS_CA=$folder/ca.pem"
echo "KAFKA_PROXY=127.0.0.1:$proxy"
echo "KAFKA_BEHIND_PROXY=127.0.0.1:$behind"
echo "KAFKA_CLASSPATH=$place/jars/*"
echo done

while read -r command; do
  case "$command" in
    stop) kill_broker ;;
    start) start_broker ;;
    suspend) kill -STOP "$broker" ;;
    resume) kill -CONT "$broker" ;;
    *) echo "unknown command $command" >&2 ;;
  esac
  echo done
done
