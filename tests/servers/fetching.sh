# What the scripts of servers share: fetching programs into a cache folder. For POSIX shells.
# shellcheck shell=sh
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
