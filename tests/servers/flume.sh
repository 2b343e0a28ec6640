#!/bin/sh
# An Apache Flume agent for tests, which pushes what it gets to a receiver, or is polled by one. Downloads go into a cache folder, once.
#
#   flume.sh install push|poll                         fetches Flume with Maven; says on stderr what is missing if it cannot
#   flume.sh run push|poll FOLDER LINES_PORT SINK_PORT [COMPRESSION]
#
# "run" serves on 127.0.0.1 until standard input ends, then removes the folder. Each line that LINES_PORT gets is answered with OK
# and becomes an event with the header origin: lines. A memory channel keeps events until the sink has sent them to
# COMPRESSION being none or deflate.
set -u
kind=${2:-push}
# Spark's sink needs this version of Flume, and a later Avro than that comes with.
case $kind in
  push) version=1.11.0 extra= ;;
  poll)
    version=1.9.0
    extra="org.apache.spark:spark-streaming-flume-sink_2.12:2.4.8 org.apache.avro:avro:1.8.2 org.apache.avro:avro-ipc:1.8.2"
    ;;
esac
. "$(dirname "$0")/fetching.sh"
place=$cache/flume-$kind-$version

install() {
  need java
  # shellcheck disable=SC2086
  fetch_jars "$place" "org.apache.flume:flume-ng-node:$version" $extra
}

run() {
  folder=$1
  cat >"$folder/agent.conf" <<CONF
a.sources = lines
a.channels = c
a.sinks = k
a.sources.lines.type = netcat
a.sources.lines.bind = 127.0.0.1
a.sources.lines.port = $2
a.sources.lines.channels = c
a.sources.lines.interceptors = i
a.sources.lines.interceptors.i.type = static
a.sources.lines.interceptors.i.key = origin
a.sources.lines.interceptors.i.value = lines
a.channels.c.type = memory
a.channels.c.capacity = 100000
a.channels.c.transactionCapacity = 1000
a.sinks.k.channel = c
a.sinks.k.hostname = 127.0.0.1
a.sinks.k.port = $3
CONF
  if [ "$kind" = poll ]; then
    # The seconds after which events that are not acknowledged are given again.
    cat >>"$folder/agent.conf" <<CONF
a.sinks.k.type = org.apache.spark.streaming.flume.sink.SparkSink
a.sinks.k.timeout = 1
CONF
  else
    cat >>"$folder/agent.conf" <<CONF
a.sinks.k.type = avro
a.sinks.k.batch-size = 100
a.sinks.k.compression-type = $4
a.sinks.k.request-timeout = 10000
a.sinks.k.connect-timeout = 2000
CONF
  fi
  java -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$place/jars/*" org.apache.flume.node.Application \
    --conf-file "$folder/agent.conf" --name a --no-reload-conf >"$folder/log" 2>&1 </dev/null &
  agent=$!
  trap '' HUP INT TERM
  # The test process holds standard input open. However it ends, this ends too.
  cat >/dev/null
  kill -KILL "$agent" 2>/dev/null
  wait "$agent" 2>/dev/null
  rm -rf "$folder"
}

case ${1:-} in
  install) install ;;
  run) shift 2; run "$@" ;;
  *) echo "usage: flume.sh install|run push|poll [FOLDER LINES_PORT SINK_PORT COMPRESSION]" >&2; exit 2 ;;
esac
