#!/usr/bin/env bash
# Servers that speak S3, for tests: moto and S3Proxy.
#
#   s3.sh download [moto|s3proxy]…    downloads them into the cache, unless they are there
#   s3.sh run [moto|s3proxy]…         runs them until the standard input ends, then stops them and removes their files
#
# Without names, both. They keep objects in memory and take the key "test" with the secret "test-secret". moto follows conditional
# puts and accepts every signature. S3Proxy checks signatures and ignores conditional puts. Prints lines KEY=VALUE when they answer
# (S3_MOTO, S3_S3PROXY), and "done". Exits with 1 and a reason if they cannot run here.
set -u
MOTO_VERSION=5.1
S3PROXY_VERSION=2.6.0
. "$(dirname "$0")/fetching.sh"
moto=$cache/moto-$MOTO_VERSION
s3proxy=$cache/s3proxy-$S3PROXY_VERSION

download_moto() {
  [ -d "$moto" ] && return
  need python3
  local fresh=$moto.$$
  mkdir -p "$fresh"
  # Not moto[server], which brings every service of AWS along.
  if ! python3 -m pip install --quiet --no-compile --disable-pip-version-check --target "$fresh" \
    "moto[s3]==$MOTO_VERSION.*" flask flask-cors >"$fresh/log" 2>&1; then
    echo "moto cannot be downloaded: $(tail -n 3 "$fresh/log")" >&2
    rm -rf "$fresh"
    exit 1
  fi
  settle "$fresh" "$moto"
  rm -rf "$fresh"
}

download_s3proxy() {
  need java
  fetch_jars "$s3proxy" "org.gaul:s3proxy:$S3PROXY_VERSION"
}

action=${1:-run}
shift
[ $# -gt 0 ] || set -- moto s3proxy
for kind; do
  case "$kind" in
    moto | s3proxy) "download_$kind" ;;
    *) echo "s3.sh: no server is called '$kind'; use moto or s3proxy" >&2; exit 2 ;;
  esac
done
[ "$action" = run ] || exit 0

pids=()
kill_servers() { kill_all "${pids[@]}"; }
work_in s3

# S3 decides about If-None-Match and writes in one step. moto does so in two, in many threads: two clients could both succeed.
start_moto() {
  cat >"$folder/run_moto.py" <<'PYTHON'
import contextlib, sys, threading
import moto.server

run, one_at_a_time = moto.server.run_simple, threading.Lock()

def run_simple(host, port, app, **options):
    def in_turn(environ, start_response):
        conditional = "HTTP_IF_NONE_MATCH" in environ or "HTTP_IF_MATCH" in environ
        with one_at_a_time if conditional else contextlib.nullcontext():
            return app(environ, start_response)
    run(host, port, in_turn, **options)

moto.server.run_simple = run_simple
moto.server.main(sys.argv[1:])
PYTHON
  PYTHONPATH=$moto python3 "$folder/run_moto.py" -H 127.0.0.1 -p "$1" >"$folder/moto.log" 2>&1 </dev/null &
}

start_s3proxy() {
  cat >"$folder/settings" <<SETTINGS
s3proxy.endpoint=http://127.0.0.1:$1
s3proxy.authorization=aws-v2-or-v4
s3proxy.identity=test
s3proxy.credential=test-secret
jclouds.provider=transient
jclouds.identity=test
jclouds.credential=test-secret
SETTINGS
  java -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp "$s3proxy/jars/*" org.gaul.s3proxy.Main \
    --properties "$folder/settings" >"$folder/s3proxy.log" 2>&1 </dev/null &
}

ports=()
for kind; do
  free_port port
  "start_$kind" "$port"
  pids+=($!)
  ports+=("$port")
done
i=0
for kind; do
  until_listening 120 "${pids[i]}" "$folder/$kind.log" "${ports[i]}"
  echo "S3_$(echo "$kind" | tr '[:lower:]' '[:upper:]')=http://127.0.0.1:${ports[i]}"
  i=$((i + 1))
done
echo done

while read -r command; do
  echo "unknown command $command" >&2
  echo done
done
