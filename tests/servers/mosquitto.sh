#!/usr/bin/env bash
# Eclipse Mosquitto, an MQTT server, for tests: the one on the PATH, or Debian's package.
#
#   mosquitto.sh download    unpacks the package into the cache, unless it is there
#   mosquitto.sh run         runs the server until the standard input ends, then stops it and removes its files
#
# Each line of the input of a running server is a command:
#   stop     stops it; it stores its sessions
#   kill     kills it; it does not
#   start    starts it again, on the same ports
# Prints lines KEY=VALUE when the server answers (MQTT_URL and MQTT_WS_URL for all clients; MQTT_PASSWORD_URL for the user
# "alice" with the password "alice-secret", who may use topics below allowed/; MQTT_TLS_URL and MQTT_WSS_URL with a certificate of
# the authority MQTT_TLS_CA), and "done" after each command. Exits with 1 and a reason if the server cannot run here.
set -u
. "$(dirname "$0")/fetching.sh"
place=$cache/mosquitto

download() {
  need openssl
  command -v mosquitto >/dev/null 2>&1 && command -v mosquitto_passwd >/dev/null 2>&1 && return
  [ -d "$place" ] && return
  need apt-get dpkg-deb
  local fresh=$place.$$ packages package
  mkdir -p "$fresh/packages"
  # With what it depends on and is not installed.
  packages=$(apt-get --simulate --no-install-recommends install mosquitto 2>/dev/null | sed -n 's/^Inst \([^ ]*\).*/\1/p')
  if [ -z "$packages" ]; then
    echo "mosquitto is not on the PATH, and apt-get does not know it (run apt-get update)" >&2
    rm -rf "$fresh"
    exit 1
  fi
  # shellcheck disable=SC2086
  if ! (cd "$fresh/packages" && apt-get download $packages) >"$fresh/log" 2>&1; then
    echo "mosquitto cannot be downloaded: $(tail -n 1 "$fresh/log")" >&2
    rm -rf "$fresh"
    exit 1
  fi
  for package in "$fresh"/packages/*.deb; do dpkg-deb --extract "$package" "$fresh"; done
  rm -rf "$fresh/packages"
  settle "$fresh" "$place"
  rm -rf "$fresh"
}

download
[ "${1:-run}" = run ] || exit 0

server=
end() {
  [ -n "$server" ] && { kill "-$1" "$server"; wait "$server"; } 2>/dev/null
  server=
}
kill_servers() { end KILL; }
work_in mosquitto

PATH=$PATH:$place/usr/bin:$place/usr/sbin:/usr/sbin
for libraries in "$place"/usr/lib/*-linux-gnu; do
  export LD_LIBRARY_PATH="$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
done

configure() {
  make_certificates "$folder" >"$folder/log" 2>&1 || { tail "$folder/log" >&2; exit 1; }
  printf 'alice:alice-secret\n' >"$folder/passwords"
  chmod 600 "$folder/passwords"
  mosquitto_passwd -U "$folder/passwords"
  printf 'user alice\ntopic readwrite allowed/#\n' >"$folder/rights"
  mkdir "$folder/data"
  free_port plain websocket password tls secure_websocket
  {
    echo "per_listener_settings true"
    echo "max_queued_messages 0"
    echo "max_inflight_messages 100"
    echo "persistence true"
    echo "persistence_location $folder/data/"
    [ "$(id -u)" = 0 ] && echo "user root"
    printf 'listener %s 127.0.0.1\nallow_anonymous true\n' "$plain"
    printf 'listener %s 127.0.0.1\nprotocol websockets\nallow_anonymous true\n' "$websocket"
    printf 'listener %s 127.0.0.1\nallow_anonymous false\n' "$password"
    printf 'password_file %s/passwords\nacl_file %s/rights\n' "$folder" "$folder"
    printf 'listener %s 127.0.0.1\nallow_anonymous true\n' "$tls"
    printf 'certfile %s/server.pem\nkeyfile %s/server.key\n' "$folder" "$folder"
    printf 'listener %s 127.0.0.1\nprotocol websockets\nallow_anonymous true\n' "$secure_websocket"
    printf 'certfile %s/server.pem\nkeyfile %s/server.key\n' "$folder" "$folder"
  } >"$folder/configuration"
}

start() {
  mosquitto -c "$folder/configuration" >>"$folder/log" 2>&1 </dev/null &
  server=$!
  until_listening 20 "$server" "$folder/log" "$plain" "$websocket" "$password" "$tls" "$secure_websocket"
}

configure
start
echo "MQTT_URL=mqtt://127.0.0.1:$plain"
echo "MQTT_WS_URL=ws://127.0.0.1:$websocket/mqtt"
echo "MQTT_PASSWORD_URL=mqtt://127.0.0.1:$password"
echo "MQTT_TLS_URL=mqtts://localhost:$tls"
echo "MQTT_WSS_URL=wss://localhost:$secure_websocket/mqtt"
echo "MQTT_TLS_CA=$folder/ca.pem"
echo done

while read -r command; do
  case "$command" in
    stop) end TERM ;;
    kill) end KILL ;;
    start) start ;;
    *) echo "unknown command $command" >&2 ;;
  esac
  echo done
done
