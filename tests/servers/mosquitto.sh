#!/bin/sh
# Eclipse Mosquitto, an MQTT server, for tests: the one on the PATH, or Debian's package unpacked into a cache folder.
#
#   mosquitto.sh install               unpacks the package, once; says on stderr what is missing if it cannot
#   mosquitto.sh run FOLDER PORT WEBSOCKET_PORT PASSWORD_PORT TLS_PORT
#
# "run" makes a certificate authority (FOLDER/ca.pem), then follows the lines of standard input: "start", "stop" (it stores its
# sessions), "kill" (it does not). Prints "done" after each. When the input ends it stops the server and removes the folder.
# The listeners: any client; any client over WebSocket; user alice with password alice-secret, who may use topics below
# allowed/ only; TLS with the certificate of localhost.
set -u
. "$(dirname "$0")/fetching.sh"
place=$cache/mosquitto

install() {
  need openssl
  command -v mosquitto >/dev/null 2>&1 && command -v mosquitto_passwd >/dev/null 2>&1 && return
  [ -d "$place" ] && return
  need apt-get dpkg-deb
  fresh=$place.$$
  mkdir -p "$fresh/packages"
  trap 'rm -rf "$fresh"' EXIT
  # With what it depends on and is not installed.
  packages=$(apt-get --simulate --no-install-recommends install mosquitto 2>/dev/null | sed -n 's/^Inst \([^ ]*\).*/\1/p')
  [ -n "$packages" ] || { echo "mosquitto is not on the PATH, and apt-get does not know it (run apt-get update)" >&2; exit 1; }
  # shellcheck disable=SC2086
  (cd "$fresh/packages" && apt-get download $packages) >"$fresh/log" 2>&1 ||
    { echo "mosquitto cannot be downloaded: $(tail -n 1 "$fresh/log")" >&2; exit 1; }
  for package in "$fresh"/packages/*.deb; do dpkg-deb --extract "$package" "$fresh"; done
  rm -rf "$fresh/packages"
  settle "$fresh" "$place"
}

certificates() {
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=dstream tests" -keyout ca.key -out ca.pem
  openssl req -newkey rsa:2048 -nodes -subj "/CN=localhost" -keyout server.key -out server.csr
  echo "subjectAltName=DNS:localhost,IP:127.0.0.1" >extensions
  openssl x509 -req -days 2 -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -extfile extensions -out server.pem
}

configure() {
  certificates >log 2>&1 || { cat log >&2; exit 1; }
  printf 'alice:alice-secret\n' >passwords
  chmod 600 passwords
  mosquitto_passwd -U passwords
  printf 'user alice\ntopic readwrite allowed/#\n' >rights
  mkdir data
  {
    echo "per_listener_settings true"
    echo "max_queued_messages 0"
    echo "max_inflight_messages 100"
    echo "persistence true"
    echo "persistence_location $folder/data/"
    [ "$(id -u)" = 0 ] && echo "user root"
    printf 'listener %s 127.0.0.1\nallow_anonymous true\n' "$port"
    printf 'listener %s 127.0.0.1\nprotocol websockets\nallow_anonymous true\n' "$websocket_port"
    printf 'listener %s 127.0.0.1\nallow_anonymous false\n' "$password_port"
    printf 'password_file %s/passwords\nacl_file %s/rights\n' "$folder" "$folder"
    printf 'listener %s 127.0.0.1\nallow_anonymous true\n' "$tls_port"
    printf 'certfile %s/server.pem\nkeyfile %s/server.key\n' "$folder" "$folder"
  } >configuration
}

server=
end() {
  [ -n "$server" ] || return 0
  kill "-$1" "$server" 2>/dev/null
  wait "$server" 2>/dev/null
  server=
}

run() {
  folder=$1 port=$2 websocket_port=$3 password_port=$4 tls_port=$5
  PATH=$PATH:$place/usr/bin:$place/usr/sbin:/usr/sbin
  for libraries in "$place"/usr/lib/*-linux-gnu; do
    LD_LIBRARY_PATH=$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
  done
  export LD_LIBRARY_PATH
  cd "$folder" || exit 1
  configure
  trap '' HUP INT TERM
  while read -r order; do
    case $order in
      start)
        # The trap above is inherited, and the server must follow TERM.
        (trap - HUP INT TERM; exec mosquitto -c configuration) >>log 2>&1 </dev/null &
        server=$!
        ;;
      stop) end TERM ;;
      kill) end KILL ;;
    esac
    echo done
  done
  end KILL
  rm -rf "$folder"
}

case ${1:-} in
  install) install ;;
  run) shift; run "$@" ;;
  *) echo "usage: mosquitto.sh install|run FOLDER PORT WEBSOCKET_PORT PASSWORD_PORT TLS_PORT" >&2; exit 2 ;;
esac
