#!/usr/bin/env bash
# Apache Flume agents for tests: one pushes events to receivers, one is polled by them (Spark's sink).
#
#   flume.sh download [push|poll]…    downloads them into the cache, unless they are there
#   flume.sh run [push|poll]…         runs them until the standard input ends, then stops them and removes their files
#
# Without names, both. Each line of the input of running agents is a command:
#   stop push|poll     kills an agent, with the events in its memory
#   start push|poll    starts it again, on the same ports
# Prints lines KEY=VALUE when the agents answer, and "done" after each command. Each line of text that the address NAME_LINES gets
# is answered with OK and becomes an event with the header origin: lines. For the agent "push" the names are FLUME_PLAIN,
# FLUME_DEFLATE, FLUME_TLS and FLUME_TLS_DEFLATE; it pushes the events to the address NAME_TO, with TLS to a receiver with the
# certificate FLUME_TLS_CERT, whose key is FLUME_TLS_KEY. For the agent "poll" they are FLUME_SINK_1 and FLUME_SINK_2, whose sinks
# listen on the addresses of these names, and FLUME_OLD, which pushes as FLUME_TLS_DEFLATE does, but from an earlier version. Exits
# with 1 and a reason if the agents cannot run here: they need Java, and Maven to download Flume once.
set -u
. "$(dirname "$0")/fetching.sh"
push=$cache/flume-push-1.11.0
# Spark's sink needs this version of Flume, and a later Avro than that comes with.
poll=$cache/flume-poll-1.9.0

download_push() { fetch_jars "$push" org.apache.flume:flume-ng-node:1.11.0; }
download_poll() {
  fetch_jars "$poll" org.apache.flume:flume-ng-node:1.9.0 \
    org.apache.spark:spark-streaming-flume-sink_2.12:2.4.8 org.apache.avro:avro:1.8.2 org.apache.avro:avro-ipc:1.8.2
}

action=${1:-run}
shift
[ $# -gt 0 ] || set -- push poll
need java keytool openssl
for kind; do
  case "$kind" in
    push | poll) "download_$kind" ;;
    *) echo "flume.sh: no agent is called '$kind'; use push or poll" >&2; exit 2 ;;
  esac
done
[ "$action" = run ] || exit 0

pid_push='' pid_poll=''
kill_agent() {
  local pid=pid_$1
  kill_all "${!pid}"
  printf -v "$pid" ''
}
kill_servers() { kill_all "$pid_push" "$pid_poll"; }
work_in flume

# pipeline NAME LINES_PORT SINK_PORT SETTING…: a source of lines, a channel in memory, and a sink with these settings.
pipeline() {
  local name=$1 lines=$2 sink=$3
  shift 3
  cat <<CONF
a.sources.$name.type = netcat
a.sources.$name.bind = 127.0.0.1
a.sources.$name.port = $lines
a.sources.$name.channels = $name
a.sources.$name.interceptors = i
a.sources.$name.interceptors.i.type = static
a.sources.$name.interceptors.i.key = origin
a.sources.$name.interceptors.i.value = lines
a.channels.$name.type = memory
a.channels.$name.capacity = 100000
a.channels.$name.transactionCapacity = 1000
a.sinks.$name.channel = $name
a.sinks.$name.hostname = 127.0.0.1
a.sinks.$name.port = $sink
CONF
  printf "a.sinks.$name.%s\n" "$@"
}

avro=("type = avro" "batch-size = 100" "request-timeout = 10000" "connect-timeout = 2000")
deflate=("compression-type = deflate")
tls=("ssl = true" "truststore = $folder/trusted.p12" "truststore-type = PKCS12" "truststore-password = changeit")
make_certificates "$folder" >"$folder/log" 2>&1 &&
  keytool -importcert -noprompt -alias ca -file "$folder/ca.pem" -keystore "$folder/trusted.p12" -storetype PKCS12 \
    -storepass changeit >>"$folder/log" 2>&1 || { tail "$folder/log" >&2; exit 1; }

# Writes the settings of an agent, and sets the variables of its addresses.
configure_push() {
  local names="plain deflate tls tls_deflate" name
  for name in $names; do free_port "${name}_lines" "${name}_to"; done
  {
    printf 'a.%s = %s\n' sources "$names" channels "$names" sinks "$names"
    pipeline plain "$plain_lines" "$plain_to" "${avro[@]}"
    pipeline deflate "$deflate_lines" "$deflate_to" "${avro[@]}" "${deflate[@]}"
    pipeline tls "$tls_lines" "$tls_to" "${avro[@]}" "${tls[@]}"
    pipeline tls_deflate "$tls_deflate_lines" "$tls_deflate_to" "${avro[@]}" "${tls[@]}" "${deflate[@]}"
  } >"$folder/push.conf"
  ports_push="$plain_lines $deflate_lines $tls_lines $tls_deflate_lines"
}

configure_poll() {
  local sink
  # The seconds after which events that are not acknowledged are given again.
  sink=("type = org.apache.spark.streaming.flume.sink.SparkSink" "timeout = 1")
  free_port first_lines first second_lines second old_lines old_to
  {
    printf 'a.%s = first second old\n' sources channels sinks
    pipeline first "$first_lines" "$first" "${sink[@]}"
    pipeline second "$second_lines" "$second" "${sink[@]}"
    pipeline old "$old_lines" "$old_to" "${avro[@]}" "${tls[@]}" "${deflate[@]}"
  } >"$folder/poll.conf"
  ports_poll="$first_lines $first $second_lines $second $old_lines"
}

# start push|poll: starts an agent, which listens after some seconds.
start() {
  local place=$1
  java -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "${!place}/jars/*" org.apache.flume.node.Application \
    --conf-file "$folder/$1.conf" --name a --no-reload-conf >>"$folder/$1.log" 2>&1 </dev/null &
  printf -v "pid_$1" '%s' "$!"
}

until_started() {
  local pid=pid_$1 ports=ports_$1
  # shellcheck disable=SC2086
  until_listening 120 "${!pid}" "$folder/$1.log" ${!ports}
}

for kind; do "configure_$kind"; start "$kind"; done
for kind; do
  until_started "$kind"
  if [ "$kind" = push ]; then
    for name in plain deflate tls tls_deflate; do
      lines=${name}_lines to=${name}_to upper=$(echo "$name" | tr '[:lower:]' '[:upper:]')
      echo "FLUME_${upper}_LINES=127.0.0.1:${!lines}"
      echo "FLUME_${upper}_TO=127.0.0.1:${!to}"
    done
  else
    echo "FLUME_SINK_1_LINES=127.0.0.1:$first_lines"
    echo "FLUME_SINK_1=127.0.0.1:$first"
    echo "FLUME_SINK_2_LINES=127.0.0.1:$second_lines"
    echo "FLUME_SINK_2=127.0.0.1:$second"
    echo "FLUME_OLD_LINES=127.0.0.1:$old_lines"
    echo "FLUME_OLD_TO=127.0.0.1:$old_to"
  fi
done
echo "FLUME_TLS_CERT=$folder/server.pem"
echo "FLUME_TLS_KEY=$folder/server.key"
echo done

while read -r command kind; do
  case "$command $kind" in
    "stop push" | "stop poll") kill_agent "$kind" ;;
    "start push" | "start poll") start "$kind"; until_started "$kind" ;;
    *) echo "unknown command $command $kind" >&2 ;;
  esac
  echo done
done
