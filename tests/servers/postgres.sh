#!/usr/bin/env bash
# A PostgreSQL server for tests, from the binaries on this machine.
#
#   postgres.sh download    says whether there are binaries
#   postgres.sh run         runs the server until the standard input ends, then stops it and removes its files
#
# Each line of the input of a running server is a command:
#   restart    kills the server and starts it again at the same address
# Prints the line POSTGRES_URL=VALUE when the server answers, and "done" after each command. Exits with 1 and a reason if the
# server cannot run here: it needs initdb and postgres.
set -u
. "$(dirname "$0")/fetching.sh"

# The folder of the binaries: on the PATH, or where packages put them, the newest version first.
find_binaries() {
  local folder
  {
    echo "$PATH" | tr : '\n'
    ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -t / -k 5 -rn
    echo /usr/local/pgsql/bin
  } | while read -r folder; do
    [ -x "$folder/initdb" ] && [ -x "$folder/postgres" ] && { echo "$folder"; break; }
  done
}

binaries=$(find_binaries)
[ -n "$binaries" ] || { echo "initdb and postgres are neither on the PATH nor in /usr/lib/postgresql/*/bin" >&2; exit 1; }
# PostgreSQL refuses to run as root.
unprivileged=() parent=${TMPDIR:-/tmp}
if [ "$(id -u)" = 0 ]; then
  need setpriv
  unprivileged=(setpriv --reuid nobody --regid "$(id -g nobody)" --clear-groups)
  # Other users may not be allowed to enter the folder that root's TMPDIR names.
  parent=/tmp
fi
[ "${1:-run}" = run ] || exit 0

server=
kill_server() {
  [ -n "$server" ] || return 0
  # A signal that comes before the server listens to signals is lost.
  while kill -QUIT "$server"; do sleep 0.02; done 2>/dev/null
  wait "$server" 2>/dev/null
  server=
}
kill_servers() { kill_server; }
work_in postgres "$parent"

failed() {
  echo "$1" >&2
  tail -n 20 "$folder/log" >&2
  exit 1
}

# Runs a program in place of the calling shell, not as root.
as_user() { cd "$folder" && exec "${unprivileged[@]+"${unprivileged[@]}"}" "$@"; }

start() {
  local lines
  lines=$(wc -l <"$folder/log")
  (as_user "$binaries/postgres" -D "$folder/data" -p "$port" -c listen_addresses=127.0.0.1 \
    -c unix_socket_directories= -c fsync=off -c shared_buffers=32MB) >>"$folder/log" 2>&1 </dev/null &
  server=$!
  local deadline=$((SECONDS + 60))
  until tail -n "+$((lines + 1))" "$folder/log" | grep -q "ready to accept connections"; do
    kill -0 "$server" 2>/dev/null || failed "PostgreSQL has ended"
    [ "$SECONDS" -lt "$deadline" ] || failed "PostgreSQL does not answer"
    sleep 0.02
  done
}

password=$(od -An -tx1 -N16 /dev/urandom | tr -d ' \n')
(umask 077 && echo "$password" >"$folder/password")
[ "$(id -u)" != 0 ] || chown nobody "$folder" "$folder/password"
(as_user "$binaries/initdb" -D "$folder/data" -U postgres -A scram-sha-256 --pwfile="$folder/password" -E UTF8 \
  --locale=C --no-sync) >"$folder/log" 2>&1 </dev/null || failed "initdb has failed"
free_port port
start
echo "POSTGRES_URL=postgres://postgres:$password@127.0.0.1:$port/postgres"
echo done

while read -r command; do
  case "$command" in
    restart) kill_server; start ;;
    *) echo "unknown command $command" >&2 ;;
  esac
  echo done
done
