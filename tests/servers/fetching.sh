# What the scripts of servers share. For bash.
# shellcheck shell=bash
cache=${DSTREAM_TEST_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/dstream-tests}

# need TOOL…: ends the script unless all of them are on the PATH.
need() {
  for tool; do
    command -v "$tool" >/dev/null 2>&1 || { echo "$tool is not on the PATH" >&2; exit 1; }
  done
}

# copy_jars FOLDER GROUP:ARTIFACT:VERSION…: copies the jars of artifacts, and of all that they depend on, to FOLDER/jars. What
# Maven says is in FOLDER/log.
copy_jars() {
  folder_of_jars=$1
  shift
  mkdir -p "$folder_of_jars"
  cat >"$folder_of_jars/pom.xml" <<XML
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>tests</groupId><artifactId>server</artifactId><version>1</version>
  <dependencies>
    $(for name; do
      echo "$name" | sed 's#\(.*\):\(.*\):\(.*\)#<dependency><groupId>\1</groupId><artifactId>\2</artifactId><version>\3</version></dependency>#'
    done)
  </dependencies>
</project>
XML
  mvn --batch-mode --quiet --file "$folder_of_jars/pom.xml" dependency:copy-dependencies -DincludeScope=runtime \
    -DoutputDirectory="$folder_of_jars/jars" >"$folder_of_jars/log" 2>&1 </dev/null
}

# settle FRESH PLACE: gives a folder its name in the cache. Several scripts may fetch the same program at once, each into a
# folder of its own: one of them gets the name.
settle() {
  mv -T "$1" "$2" 2>/dev/null || mv "$1" "$2" 2>/dev/null || [ -d "$2" ]
}

# fetch_jars PLACE GROUP:ARTIFACT:VERSION…: has the jars in PLACE/jars, unless PLACE is there. Ends the script if it cannot.
fetch_jars() {
  [ -d "$1" ] && return
  need mvn
  place_of_jars=$1 fresh=$1.$$
  shift
  copy_jars "$fresh" "$@" || {
    echo "Maven cannot fetch $1: $(grep -m 1 ERROR "$fresh/log")" >&2
    rm -rf "$fresh"
    exit 1
  }
  settle "$fresh" "$place_of_jars"
  rm -rf "$fresh"
}

# kill_all PID…: kills servers at once. Nothing of them is kept.
kill_all() {
  for pid_of_server; do
    [ -n "$pid_of_server" ] && { kill -KILL "$pid_of_server"; wait "$pid_of_server"; }
  done 2>/dev/null
}

# work_in NAME [PARENT]: makes a folder for the files of servers, which $folder names. When the script ends, however it ends, it
# calls kill_servers, which the script has to define, and removes the folder.
work_in() {
  folder=$(mktemp -d "${2:-${TMPDIR:-/tmp}}/dstream-$1-XXXXXX")
  trap end_servers EXIT
  trap 'exit 1' HUP INT TERM
}
end_servers() {
  trap '' EXIT HUP INT TERM
  kill_servers
  rm -rf "$folder"
}

# is_listening PORT: whether something listens on a port of this machine.
is_listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# free_port NAME…: sets variables to ports that are free now. They are below those that the operating system hands out.
free_port() {
  for name_of_port; do
    local number_of_port
    while :; do
      number_of_port=$((20000 + RANDOM % 12000))
      is_listening "$number_of_port" || break
    done
    printf -v "$name_of_port" '%s' "$number_of_port"
  done
}

# make_certificates FOLDER: an authority, FOLDER/ca.pem, and the certificate of localhost that it has signed, FOLDER/server.pem,
# with its key, FOLDER/server.key.
make_certificates() (
  cd "$1" &&
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=dstream tests" -keyout ca.key -out ca.pem &&
    openssl req -newkey rsa:2048 -nodes -subj "/CN=localhost" -keyout server.key -out server.csr &&
    echo "subjectAltName=DNS:localhost,IP:127.0.0.1" >extensions &&
    openssl x509 -req -days 2 -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile extensions -out server.pem
)

# until_listening SECONDS PID LOG PORT…: waits until a server listens on all of the ports. Ends the script with the end of the
# server's log if it has ended, or takes too long.
until_listening() {
  local deadline=$((SECONDS + $1)) pid=$2 log=$3
  shift 3
  for port_of_server; do
    until is_listening "$port_of_server"; do
      if ! kill -0 "$pid" 2>/dev/null || [ "$SECONDS" -ge "$deadline" ]; then
        echo "The server does not listen on port $port_of_server:" >&2
        tail -n 20 "$log" >&2
        exit 1
      fi
      sleep 0.05
    done
  done
}
