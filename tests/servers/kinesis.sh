#!/usr/bin/env bash
# kinesis-local (kinesis-mock), for tests: a mock of Amazon Kinesis Data Streams.
#
# It keeps records in memory, takes any key and checks no signatures. npm_server.sh says how to call this script.
. "$(dirname "$0")/npm_server.sh"
# shellcheck disable=SC2034
package=kinesis-local version=0.6.2 variable=KINESIS_ENDPOINT

serve() {
  # The server wants a port for TLS as well, and reads a file of its own folder.
  free_port tls_port
  cd "$place/node_modules/kinesis-local" || exit 1
  exec env LOG_LEVEL=ERROR KINESIS_MOCK_PLAIN_PORT="$port" KINESIS_MOCK_TLS_PORT="$tls_port" SHARD_LIMIT=500 \
    CREATE_STREAM_DURATION=10ms DELETE_STREAM_DURATION=10ms SPLIT_SHARD_DURATION=10ms MERGE_SHARDS_DURATION=10ms \
    UPDATE_SHARD_COUNT_DURATION=10ms node main.js
}

npm_server "$@"
