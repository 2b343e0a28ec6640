#!/bin/sh
# Servers that speak S3, for tests. Downloads go into a cache folder, once.
#
#   s3.sh install moto|s3proxy               fetches the server; says on stderr what is missing if it cannot
#   s3.sh run moto|s3proxy PORT FOLDER       serves on 127.0.0.1 until standard input ends, then removes the folder
#
# Both keep objects in memory and take the key "test" with the secret "test-secret". moto follows conditional puts and accepts
# every signature. S3Proxy checks signatures and ignores conditional puts. The folder has the log.
set -u
MOTO_VERSION=5.1
S3PROXY_VERSION=2.6.0
command=${1:-} kind=${2:-} port=${3:-} folder=${4:-}
. "$(dirname "$0")/fetching.sh"

case $kind in
  moto) place=$cache/moto-$MOTO_VERSION ;;
  s3proxy) place=$cache/s3proxy-$S3PROXY_VERSION ;;
  *) echo "s3.sh: no server is called '$kind'; use moto or s3proxy" >&2; exit 2 ;;
esac

# Several test files may want a server at once: one of them fetches it, and the others wait, for three minutes at most.
install() {
  [ -d "$place" ] && return
  mkdir -p "$cache"
  fresh=$place.$$
  waited=0
  until mkdir "$place.fetching" 2>/dev/null || [ "$waited" -ge 180 ]; do
    sleep 1
    waited=$((waited + 1))
    [ -d "$place" ] && return
  done
  trap 'rm -rf "$fresh" "$place.fetching"' EXIT
  [ -d "$place" ] && return
  mkdir -p "$fresh"
  if [ "$kind" = moto ]; then
    need python3
    # Not moto[server], which brings every service of AWS along.
    python3 -m pip install --quiet --no-compile --disable-pip-version-check --target "$fresh" \
      "moto[s3]==$MOTO_VERSION.*" flask flask-cors >"$fresh/log" 2>&1
  else
    need java mvn
    copy_jars "$fresh" "org.gaul:s3proxy:$S3PROXY_VERSION"
  fi || { echo "$kind cannot be fetched: $(tail -n 3 "$fresh/log")" >&2; exit 1; }
  mv "$fresh" "$place"
}

run() {
  if [ "$kind" = moto ]; then
    PYTHONPATH=$place python3 -m moto.server -H 127.0.0.1 -p "$port" >"$folder/log" 2>&1 </dev/null &
  else
    cat >"$folder/settings" <<SETTINGS
s3proxy.endpoint=http://127.0.0.1:$port
s3proxy.authorization=aws-v2-or-v4
s3proxy.identity=test
s3proxy.credential=test-secret
jclouds.provider=transient
jclouds.identity=test
jclouds.credential=test-secret
SETTINGS
    java -Xmx256m -cp "$place/jars/*" org.gaul.s3proxy.Main --properties "$folder/settings" >"$folder/log" 2>&1 </dev/null &
  fi
  server=$!
  trap '' HUP INT TERM
  # The test process holds standard input open. However it ends, this ends too.
  cat >/dev/null
  kill "$server" 2>/dev/null
  wait "$server" 2>/dev/null
  rm -rf "$folder"
}

case $command in
  install) install ;;
  run) run ;;
  *) echo "usage: s3.sh install|run moto|s3proxy [PORT FOLDER]" >&2; exit 2 ;;
esac
