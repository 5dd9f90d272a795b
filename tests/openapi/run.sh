#!/bin/bash
# tests/openapi/run.sh PROGRAM [SEED] [ROUNDS]: a demo office of its own, and
# check.mjs against it.
set -u
program=$1
dir=$(mktemp -d)
trap 'kill "$server" 2>/dev/null; wait 2>/dev/null; rm -rf "$dir"' EXIT
server=
"$program" demo --data "$dir/office" --orders 200 >/dev/null || exit 1
"$program" serve --data "$dir/office" --port 0 --quiet \
    >"$dir/out" 2>"$dir/err" &
server=$!
for _ in $(seq 300); do
    address=$(grep -ao 'http://[0-9.:]*' "$dir/out" | head -1)
    [ -n "$address" ] && break
    sleep 0.1
done
node "$(dirname "$0")/check.mjs" "$address" "${2:-1}" "${3:-1}"
status=$?
cat "$dir/err"
kill "$server" && wait "$server"
ended=$?
[ $status = 0 ] && [ $ended = 0 ]
