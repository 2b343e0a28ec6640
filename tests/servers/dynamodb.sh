#!/usr/bin/env bash
# dynalite, for tests: a mock of Amazon DynamoDB.
#
# It keeps tables in memory, takes any key and checks no signatures. npm_server.sh says how to call this script.
. "$(dirname "$0")/npm_server.sh"
# shellcheck disable=SC2034
package=dynalite version=4.0.0 variable=DYNAMODB_ENDPOINT

serve() {
  exec node "$place/node_modules/dynalite/cli.js" --port "$port" --host 127.0.0.1 \
    --createTableMs 10 --deleteTableMs 10 --updateTableMs 10
}

npm_server "$@"
