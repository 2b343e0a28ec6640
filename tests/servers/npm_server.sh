# What the scripts of servers that are npm packages share. For bash.
# shellcheck shell=bash
#
# A script sets `package`, `version`, `variable` and `serve`, a function that replaces the shell with the server, which listens on
# $port of 127.0.0.1. Then it calls npm_server "$@" with
#
#   download    downloads the package into the cache, unless it is there
#   run         runs the server until the standard input ends, then stops it and removes its files
#
# Prints the line VARIABLE=http://127.0.0.1:PORT when the server answers, and "done". Exits with 1 and a reason if the server cannot
# run here: it needs Node, and npm to download the package once.
. "$(dirname "$0")/fetching.sh"

download_npm() {
  need node npm
  [ -d "$place" ] && return
  local fresh=$place.$$
  mkdir -p "$fresh"
  npm install --prefix "$fresh" --no-audit --no-fund --no-package-lock --omit=optional --loglevel=error "$package@$version" \
    >"$fresh/log" 2>&1 </dev/null || {
    echo "npm cannot download $package: $(tail -n 3 "$fresh/log")" >&2
    rm -rf "$fresh"
    exit 1
  }
  settle "$fresh" "$place"
  rm -rf "$fresh"
}

server=
kill_servers() { kill_all "$server"; }

npm_server() {
  place=$cache/$package-$version
  download_npm
  [ "${1:-run}" = run ] || exit 0
  work_in "$package"
  free_port port
  (serve) >"$folder/log" 2>&1 </dev/null &
  server=$!
  until_listening 60 "$server" "$folder/log" "$port"
  echo "$variable=http://127.0.0.1:$port"
  echo done
  while read -r command; do
    echo "unknown command $command" >&2
    echo done
  done
}
