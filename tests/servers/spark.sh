#!/usr/bin/env bash
# An Apache Spark cluster for tests: a master, two workers with one executor of one core each, and a Connect server.
#
#   spark.sh download    downloads Spark (450 MB) into the cache, unless it is there
#   spark.sh run         runs the cluster until the standard input ends, then stops it and removes its files
#
# Each line of the input of a running cluster is a command. N is the number of a worker, 1 or 2:
#   kill executor N       kills an executor at once; its worker starts another one
#   kill processes N      kills all processes that an executor has started
#   kill connect          kills the Connect server at once, and with it the executors
#   start connect TOKEN   starts it again on the same port; clients then need the token, if there is one
#   suspend connect       stops the process of the Connect server without closing its connections
#   resume connect        lets it go on
#   ready                 does nothing; "done" says that both executors are there
# Prints lines KEY=VALUE when the cluster is ready (SPARK_CONNECT, SPARK_UI, SPARK_FOLDER and SPARK_HOME), and "done" after
# each command. SPARK_FOLDER has the logs, and the directories of the executors in work1 and work2. Exits with 1 and a reason
# if the cluster cannot run here: it needs Java 17 or newer, and pip to download Spark once. Nothing of Python is used to run
# it.
set -u
version=4.2.0
. "$(dirname "$0")/fetching.sh"
place="$cache/spark-$version"
master_pid='' connect_pid='' worker_pids=('' '' '')

# descendants PID…: the processes below others, and these.
descendants() {
  local pid
  for pid; do
    [ -n "$pid" ] || continue
    # shellcheck disable=SC2046
    descendants $(pgrep -P "$pid")
    echo "$pid"
  done
}

kill_servers() {
  # shellcheck disable=SC2046
  kill_all $(descendants "$connect_pid" "${worker_pids[@]}" "$master_pid")
}
work_in spark

# How long a download may take, in seconds.
limit=300

# fetch FOLDER: downloads Spark's Python package, which has all of Spark in it.
fetch() {
  python3 -m pip download --quiet --no-deps --no-binary pyspark --disable-pip-version-check --dest "$1" "pyspark==$version" \
    >"$1/log" 2>&1 </dev/null &
  local pid=$! deadline=$((SECONDS + limit))
  while kill -0 "$pid" 2>/dev/null; do
    if [ "$SECONDS" -ge "$deadline" ]; then
      kill_all $(descendants "$pid")
      echo "it takes longer than $limit s" >>"$1/log"
      return 1
    fi
    sleep 0.5
  done
  wait "$pid" && tar xzf "$1/pyspark-$version.tar.gz" -C "$1/spark" --strip-components=2 "pyspark-$version/deps/bin" \
    "pyspark-$version/deps/jars" 2>>"$1/log"
}

download() {
  need java pgrep
  local java_version
  java_version=$(java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p')
  [ "${java_version:-0}" -ge 17 ] || { echo "java is version ${java_version:-unknown}, but 17 is needed" >&2; exit 1; }
  [ -d "$place" ] && return
  need python3 tar
  local fresh=$place.$$
  mkdir -p "$fresh/spark"
  if ! fetch "$fresh"; then
    echo "Spark cannot be downloaded: $(tail -n 3 "$fresh/log")" >&2
    rm -rf "$fresh"
    exit 1
  fi
  settle "$fresh/spark" "$place"
  rm -rf "$fresh"
}

# cachedPeersTtl: otherwise executors do not store copies on an executor that has started in the last minute.
configure() {
  free_port master connect ui
  mkdir -p "$folder/conf" "$folder/local"
  cat >"$folder/conf/log4j2.properties" <<LOG
rootLogger.level = warn
rootLogger.appenderRef.err.ref = err
appender.err.type = Console
appender.err.name = err
appender.err.target = SYSTEM_ERR
appender.err.layout.type = PatternLayout
appender.err.layout.pattern = %d{HH:mm:ss.SSS} %p %c{1}: %m%n%ex
LOG
  cat >"$folder/conf/spark-defaults.conf" <<SETTINGS
spark.master                        spark://127.0.0.1:$master
spark.driver.memory                 768m
spark.driver.extraJavaOptions       -XX:+UseSerialGC -Djava.io.tmpdir=$folder/local
spark.executor.memory               640m
spark.executor.cores                1
spark.executor.extraJavaOptions     -XX:+UseSerialGC
spark.connect.grpc.binding.address  127.0.0.1
spark.connect.grpc.binding.port     $connect
spark.storage.cachedPeersTtl        1000
spark.ui.port                       $ui
spark.sql.warehouse.dir             $folder/warehouse
# Relations that are not needed any more are removed when the Connect server collects garbage.
spark.cleaner.periodicGC.interval   20s
SETTINGS
}

# spark PROGRAM ARGUMENT…: runs a program of Spark in place of the calling shell.
spark() {
  cd "$folder" || exit 1
  export SPARK_HOME=$place SPARK_CONF_DIR=$folder/conf SPARK_LOCAL_DIRS=$folder/local SPARK_LOCAL_IP=127.0.0.1
  export SPARK_CONNECT_MODE=0
  unset PYTHONPATH PYSPARK_PYTHON SPARK_CONNECT_AUTHENTICATE_TOKEN
  program=$1
  shift
  exec "$place/bin/$program" "$@"
}

# Ends with the logs of the servers, which say why they do not work.
failed() {
  echo "$1" >&2
  tail -n 20 "$folder"/*.log >&2
  exit 1
}

# daemon CLASS ARGUMENT…: a master or a worker. The Connect server would also take the memory of daemons for its own.
daemon() {
  SPARK_DAEMON_MEMORY=256m SPARK_DAEMON_JAVA_OPTS="-XX:+UseSerialGC -XX:TieredStopAtLevel=1" \
    spark spark-class "org.apache.spark.deploy.$@"
}

start_workers() {
  local number
  daemon master.Master --host 127.0.0.1 --port "$master" --webui-port 0 \
    >"$folder/master.log" 2>&1 </dev/null &
  master_pid=$!
  until_listening 120 "$master_pid" "$folder/master.log" "$master"
  for number in 1 2; do
    daemon worker.Worker --host 127.0.0.1 --cores 1 --memory 1g --webui-port 0 \
      --work-dir "$folder/work$number" "spark://127.0.0.1:$master" >"$folder/worker$number.log" 2>&1 </dev/null &
    worker_pids[number]=$!
  done
}

# start_connect [TOKEN]
start_connect() {
  spark spark-submit --class org.apache.spark.sql.connect.service.SparkConnectServer --name tests \
    ${1:+--conf "spark.connect.authenticate.token=$1"} spark-internal >>"$folder/connect.log" 2>&1 </dev/null &
  connect_pid=$!
  until_listening 180 "$connect_pid" "$folder/connect.log" "$connect"
}

# GET of a path of the web page of the Connect server, without a tool that may be missing.
get() (
  exec 2>/dev/null
  exec 4<>"/dev/tcp/127.0.0.1/$ui" || exit 1
  printf 'GET %s HTTP/1.0\r\n\r\n' "$1" >&4
  timeout 5 cat <&4
)

# How many executors have registered.
executors() {
  local application
  application=$(get /api/v1/applications | grep -o -m 1 'app-[0-9-]*') || { echo 0; return; }
  get "/api/v1/applications/$application/executors" | grep -c '"hostPort"' | awk '{ print ($1 > 0) ? $1 - 1 : 0 }'
}

until_ready() {
  local deadline=$((SECONDS + 180))
  until [ "$(executors)" -ge 2 ]; do
    kill -0 "$connect_pid" 2>/dev/null || failed "The Connect server has ended"
    [ "$SECONDS" -lt "$deadline" ] || failed "The executors do not start"
    sleep 0.3
  done
}

# The process of an executor: the child of its worker.
executor() { pgrep -P "${worker_pids[$1]}" | head -n 1; }

download
[ "${1:-run}" = run ] || exit 0
configure
start_workers
start_connect
until_ready
echo "SPARK_CONNECT=sc://127.0.0.1:$connect"
echo "SPARK_UI=http://127.0.0.1:$ui"
echo "SPARK_FOLDER=$folder"
echo "SPARK_HOME=$place"
echo done

while read -r command what number; do
  case "$command $what" in
    "kill executor") kill -KILL "$(executor "$number")" ;;
    "kill processes")
      pid=$(executor "$number")
      for process in $(descendants "$pid"); do [ "$process" = "$pid" ] || kill -KILL "$process"; done 2>/dev/null
      ;;
    "kill connect") kill_all "$connect_pid" ;;
    "start connect") start_connect "$number" && until_ready ;;
    "suspend connect") kill -STOP "$connect_pid" ;;
    "resume connect") kill -CONT "$connect_pid" ;;
    "ready ") until_ready ;;
    *) echo "unknown command $command $what" >&2 ;;
  esac
  echo done
done
