#!/usr/bin/env bash
# A Hadoop HDFS server for tests: a NameNode and a DataNode on this machine, with WebHDFS and permissions on.
#
#   hdfs.sh download    downloads Hadoop (65 MB) into the cache, unless it is there
#   hdfs.sh run         runs the server until the standard input ends, then stops it and removes its files
#
# Each line of the input of a running server is a command:
#   safemode enter | safemode leave
# Prints lines KEY=VALUE when the server answers (HDFS_HTTP, HDFS_RPC and the superuser, HDFS_SUPERUSER), and "done" after
# each command. Exits with 1 and a reason if the server cannot run here: it needs Java 8 or newer, and Maven to download
# Hadoop once.
set -u
version=3.4.3
. "$(dirname "$0")/fetching.sh"
place="$cache/hadoop-jars-$version"
pids=()
kill_servers() { kill_all "${pids[@]}"; }
work_in hdfs

download() {
  need java
  fetch_jars "$place" "org.apache.hadoop:hadoop-common:$version" "org.apache.hadoop:hadoop-hdfs:$version" \
    "org.apache.hadoop:hadoop-hdfs-client:$version"
}

property() { printf '  <property><name>%s</name><value>%s</value></property>\n' "$1" "$2"; }

configure() {
  local data_port data_http data_ipc
  free_port rpc http data_port data_http data_ipc
  mkdir -p "$folder/conf/webapps/hdfs/WEB-INF" "$folder/conf/webapps/datanode/WEB-INF" "$folder/log"
  # The daemons look for their web pages on the class path, and the published jar does not have them.
  for app in hdfs datanode; do echo '<web-app/>' >"$folder/conf/webapps/$app/WEB-INF/web.xml"; done
  {
    echo '<configuration>'
    property fs.defaultFS "hdfs://127.0.0.1:$rpc"
    property hadoop.tmp.dir "$folder/tmp"
    property hadoop.security.authorization false
    echo '</configuration>'
  } >"$folder/conf/core-site.xml"
  {
    echo '<configuration>'
    property dfs.replication 1
    property dfs.namenode.rpc-address "127.0.0.1:$rpc"
    property dfs.namenode.http-address "127.0.0.1:$http"
    property dfs.namenode.name.dir "file://$folder/name"
    property dfs.namenode.safemode.extension 0
    property dfs.namenode.datanode.registration.ip-hostname-check false
    # Small, so that a test can list a directory in pages and write a file of several blocks.
    property dfs.ls.limit 10
    property dfs.namenode.fs-limits.min-block-size 1048576
    property dfs.datanode.data.dir "file://$folder/data"
    property dfs.datanode.hostname 127.0.0.1
    property dfs.datanode.address "127.0.0.1:$data_port"
    property dfs.datanode.http.address "127.0.0.1:$data_http"
    property dfs.datanode.ipc.address "127.0.0.1:$data_ipc"
    property dfs.datanode.du.reserved 0
    property dfs.client.use.datanode.hostname true
    property dfs.client.block.write.locateFollowingBlock.initial.delay.ms 5
    echo '</configuration>'
  } >"$folder/conf/hdfs-site.xml"
  cat >"$folder/conf/log4j.properties" <<LOG
log4j.rootLogger=WARN,out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=%d %p %c{2} %m%n
LOG
}

hadoop() {
  HADOOP_USER_NAME=hdfs exec java -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
    --add-opens=java.base/java.lang=ALL-UNNAMED --add-opens=java.base/java.util=ALL-UNNAMED \
    -Dhadoop.log.dir="$folder/log" -cp "$folder/conf:$place/jars/*" "$@"
}

# Ends with the logs of the daemons, which say why they do not work.
failed() {
  echo "$1" >&2
  tail -n 20 "$folder"/*.log >&2
  exit 1
}

# GET of a path of the NameNode, without a tool that may be missing.
get() {
  exec 4<>"/dev/tcp/127.0.0.1/$http" || return 1
  printf 'GET %s HTTP/1.0\r\n\r\n' "$1" >&4
  timeout 5 cat <&4
  exec 4>&-
}

answers() {
  local state
  state=$(get '/jmx?qry=Hadoop:service=NameNode,name=FSNamesystemState' 2>/dev/null) || return 1
  [[ $state == *'"NumLiveDataNodes" : 1,'* && $state == *'"FSState" : "Operational"'* ]]
}

download
[ "${1:-run}" = run ] || exit 0
configure
name_node=org.apache.hadoop.hdfs.server.namenode.NameNode
(cd "$folder" && hadoop $name_node -format -nonInteractive) >"$folder/format.log" 2>&1 </dev/null ||
  failed "The NameNode cannot format its directory"
(cd "$folder" && hadoop $name_node) >"$folder/name_node.log" 2>&1 </dev/null &
pids+=($!)
(cd "$folder" && hadoop org.apache.hadoop.hdfs.server.datanode.DataNode) >"$folder/data_node.log" 2>&1 </dev/null &
pids+=($!)

until answers; do
  for pid in "${pids[@]}"; do kill -0 "$pid" 2>/dev/null || failed "A daemon of HDFS has ended"; done
  [ "$SECONDS" -lt 240 ] || failed "HDFS does not answer"
  sleep 0.2
done
echo "HDFS_HTTP=127.0.0.1:$http"
echo "HDFS_RPC=127.0.0.1:$rpc"
echo "HDFS_SUPERUSER=hdfs"
echo done

while read -r command mode; do
  case "$command" in
    safemode) (cd "$folder" && hadoop org.apache.hadoop.hdfs.tools.DFSAdmin -safemode "$mode") >>"$folder/admin.log" 2>&1 </dev/null ;;
    *) echo "unknown command $command" >&2 ;;
  esac
  echo done
done
