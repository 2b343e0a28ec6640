#!/usr/bin/env bash
# An Apache Kafka server for tests in KRaft mode: broker and controller in one process, and a second broker on request.
#
#   kafka.sh download    downloads Kafka (about 60 MB) into the cache, unless it is there
#   kafka.sh run [2]     runs the server until the standard input ends, then stops it and removes its files; 2: two brokers
#
# Each line of the input of a running server is a command, with the number of the broker behind it (default: 1):
#   stop     kills the broker at once
#   start    starts it again, on the same ports and with the same data
#   suspend  stops the broker's process without closing its connections
#   resume   lets a suspended broker go on
# Prints lines KEY=VALUE when the server answers (KAFKA_BROKERS, KAFKA_SASL_BROKERS, KAFKA_TLS_BROKERS, KAFKA_TLS_CA,
# KAFKA_MTLS_BROKERS, KAFKA_CLIENT_CERT, KAFKA_CLIENT_KEY, KAFKA_PROXY, KAFKA_BEHIND_PROXY, KAFKA_CLASSPATH), and "done" after
# each command. A proxy of the tests that listens at KAFKA_PROXY and forwards to KAFKA_BEHIND_PROXY gets all connections of
# clients that begin there. The SASL listener takes PLAIN and SCRAM-SHA-256 with the user "alice" and the password
# "alice-secret". The MTLS listener asks for the certificate of the client. The second broker has a plain listener only; the
# first one is the controller, so that only the second one can be away for the other. Exits with 1 and a reason if the server
# cannot run here: it needs Java 17 or newer, openssl, and Maven to download Kafka once.
set -u
version=4.4.0
. "$(dirname "$0")/fetching.sh"
place="$cache/kafka-jars-$version"
brokers=1
pids=()

# kill_broker NUMBER
kill_broker() {
  kill_all "${pids[$1]:-}"
  pids[$1]=
}

kill_servers() { kill_all "${pids[@]}"; }
work_in kafka

download() {
  need java keytool openssl
  fetch_jars "$place" "org.apache.kafka:kafka_2.13:$version" "org.apache.logging.log4j:log4j-slf4j-impl:2.25.5"
}

# Runs a class of Kafka in place of the calling shell.
kafka() {
  exec java -Xms128m -Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Dlog4j2.configurationFile="$folder/log4j2.properties" \
    -cp "$place/jars/*" "$@"
}

configure() {
  local controller
  free_port plain controller sasl tls mtls behind proxy second
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
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=client" -keyout "$folder/client.key" -out "$folder/client.pem" \
    >"$folder/openssl.log" 2>&1 || failed "openssl cannot make a certificate"
  cat >"$folder/common.properties" <<SETTINGS
controller.quorum.voters=1@127.0.0.1:$controller
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SSL:SSL,MTLS:SSL,PROXIED:PLAINTEXT
# A broker that is killed loses its partitions to the other one soon.
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
num.partitions=1
# The tests make their topics. One that appears by itself would hide a wrong name.
auto.create.topics.enable=false
offsets.topic.replication.factor=$brokers
offsets.topic.num.partitions=2
transaction.state.log.replication.factor=$brokers
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=2
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
log.cleaner.backoff.ms=500
# Batches in virtual time write records of the year 1970.
log.retention.ms=-1
SETTINGS
  cat "$folder/common.properties" - >"$folder/broker1.properties" <<SETTINGS
process.roles=broker,controller
node.id=1
listeners=PLAINTEXT://127.0.0.1:$plain,CONTROLLER://127.0.0.1:$controller,SASL_PLAINTEXT://127.0.0.1:$sasl,SSL://127.0.0.1:$tls,MTLS://127.0.0.1:$mtls,PROXIED://127.0.0.1:$behind
advertised.listeners=PLAINTEXT://127.0.0.1:$plain,SASL_PLAINTEXT://127.0.0.1:$sasl,SSL://localhost:$tls,MTLS://localhost:$mtls,PROXIED://127.0.0.1:$proxy
sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256
listener.name.sasl_plaintext.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="alice-secret";
listener.name.sasl_plaintext.scram-sha-256.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
ssl.keystore.location=$folder/keys.p12
ssl.keystore.password=changeit
ssl.keystore.type=PKCS12
listener.name.mtls.ssl.client.auth=required
listener.name.mtls.ssl.truststore.location=$folder/client.pem
listener.name.mtls.ssl.truststore.type=PEM
log.dirs=$folder/data1
SETTINGS
  cat "$folder/common.properties" - >"$folder/broker2.properties" <<SETTINGS
process.roles=broker
node.id=2
listeners=PLAINTEXT://127.0.0.1:$second
log.dirs=$folder/data2
SETTINGS
}

# Ends with the logs of the server, which say why it does not work.
failed() {
  echo "$1" >&2
  tail -n 20 "$folder"/*.log >&2
  exit 1
}

# start_broker NUMBER PORT
start_broker() {
  (cd "$folder" && kafka kafka.Kafka "$folder/broker$1.properties") >>"$folder/broker$1.log" 2>&1 </dev/null &
  pids[$1]=$!
  local deadline=$((SECONDS + 240))
  until (exec 3<>"/dev/tcp/127.0.0.1/$2") 2>/dev/null; do
    kill -0 "${pids[$1]}" 2>/dev/null || failed "Kafka has ended"
    [ "$SECONDS" -lt "$deadline" ] || failed "Kafka does not answer"
    sleep 0.2
  done
}

# format NUMBER [ARGUMENT…]
format() {
  local settings=$folder/broker$1.properties
  shift
  (cd "$folder" && kafka kafka.tools.StorageTool format -t AAAAAAAAAAAAAAAAAAAAAQ -c "$settings" "$@") \
    >>"$folder/format.log" 2>&1 </dev/null || failed "Kafka cannot format its directory"
}

download
[ "${1:-run}" = run ] || exit 0
brokers=${2:-1}
configure
format 1 --add-scram 'SCRAM-SHA-256=[name=alice,password=alice-secret]'
start_broker 1 "$plain"
addresses=127.0.0.1:$plain
if [ "$brokers" = 2 ]; then
  format 2
  start_broker 2 "$second"
  addresses=$addresses,127.0.0.1:$second
fi
echo "KAFKA_BROKERS=$addresses"
echo "KAFKA_SASL_BROKERS=127.0.0.1:$sasl"
echo "KAFKA_TLS_BROKERS=localhost:$tls"
echo "KAFKA_TLS_CA=$folder/ca.pem"
echo "KAFKA_MTLS_BROKERS=localhost:$mtls"
echo "KAFKA_CLIENT_CERT=$folder/client.pem"
echo "KAFKA_CLIENT_KEY=$folder/client.key"
echo "KAFKA_PROXY=127.0.0.1:$proxy"
echo "KAFKA_BEHIND_PROXY=127.0.0.1:$behind"
echo "KAFKA_CLASSPATH=$place/jars/*"
echo done

while read -r command number; do
  number=${number:-1}
  case "$command" in
    stop) kill_broker "$number" ;;
    start) if [ "$number" = 2 ]; then start_broker 2 "$second"; else start_broker 1 "$plain"; fi ;;
    suspend) kill -STOP "${pids[$number]}" ;;
    resume) kill -CONT "${pids[$number]}" ;;
    *) echo "unknown command $command" >&2 ;;
  esac
  echo done
done
