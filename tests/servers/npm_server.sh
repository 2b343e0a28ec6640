# What the scripts of servers that are npm packages share. For POSIX shells.
# shellcheck shell=sh
#
# A script sets `package`, `version` and `serve`, a function that replaces the shell with the server, which listens on $port of
# 127.0.0.1. Then it calls npm_server "$@" with
#
#   install KIND               fetches the package into a cache folder, once; says on stderr what is missing if it cannot
#   run KIND PORT FOLDER       serves until standard input ends, then removes the folder, which has the log
. "$(dirname "$0")/fetching.sh"

fetch_npm() {
  need node npm
  [ -d "$place" ] && return
  fresh=$place.$$
  mkdir -p "$fresh"
  npm install --prefix "$fresh" --no-audit --no-fund --no-package-lock --omit=optional --loglevel=error "$package@$version" \
    >"$fresh/log" 2>&1 </dev/null || {
    echo "npm cannot fetch $package: $(tail -n 3 "$fresh/log")" >&2
    rm -rf "$fresh"
    exit 1
  }
  settle "$fresh" "$place"
  rm -rf "$fresh"
}

run_npm() {
  # The test process holds standard input open. However it ends, this ends too.
  (serve) >"$folder/log" 2>&1 </dev/null &
  server=$!
  trap '' HUP INT TERM
  cat >/dev/null
  kill -KILL "$server" 2>/dev/null
  wait "$server" 2>/dev/null
  rm -rf "$folder"
}

npm_server() {
  place=$cache/$package-$version port=${3:-} folder=${4:-}
  case ${1:-} in
    install) fetch_npm ;;
    run) run_npm ;;
    *) echo "usage: $0 install|run KIND [PORT FOLDER]" >&2; exit 2 ;;
  esac
}
