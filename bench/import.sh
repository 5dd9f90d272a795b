#!/bin/bash
# What an import of requests does to those who report meanwhile, and its memory.
#   CLIENTS=60 bench/import.sh
# The file of the service requests comes in twice, under two names (116,502
# rows), while CLIENTS post orders, one each and again when it is answered.
# Told: their wait (median, p99, most), alone and beside the import, how long
# the import took, and its memory beyond that of an import of one row.
set -eu
CLIENTS=${CLIENTS:-60}
REQUESTS=${REQUESTS:-../shared/data/service-requests}
L=$PWD/build/liangcao
HERE=$PWD/bench
DIR=$(mktemp -d "${TMPDIR:-/tmp}/liangcao-import.XXXXXX")
SERVER=
stop() {
    [ -z "$SERVER" ] || kill "$SERVER" 2>/dev/null || true
    [ -z "$SERVER" ] || wait "$SERVER" 2>/dev/null || true
}
trap 'stop; rm -rf --one-file-system "$DIR"' EXIT
trap 'exit 130' INT TERM

command -v wrk >/dev/null || { echo "wrk is needed (tools/need.sh bench)"; exit 1; }
unzip -q -o "$REQUESTS"/*.zip -d "$DIR/csv"
FILE=$(ls "$DIR"/csv/*.csv)
MAP=$PWD/data/maps/boston-311.yaml
sed 's/^source: .*/source: boston-again/; s/^prefix: .*/prefix: BOT/' "$MAP" >"$DIR/again.yaml"
head -2 "$FILE" >"$DIR/one.csv"

"$L" demo --data "$DIR/o" --orders 1000 >/dev/null
for limit in requests connections rate burst; do
    echo "limits.account_$limit = 1000000"
done >>"$DIR/o/liangcao.conf"
TOKEN=$("$L" call --data "$DIR/o" --as requester POST /tokens '{"name":"bench"}' |
    sed 's/.*"token":"\([^"]*\)".*/\1/')
PORT=$((20000 + $$ % 12000))
"$L" serve --data "$DIR/o" --port "$PORT" --quiet >"$DIR/log" 2>&1 &
SERVER=$!
until curl -sf "http://127.0.0.1:$PORT/readyz" >/dev/null; do
    kill -0 "$SERVER" || { cat "$DIR/log"; exit 1; }
done

# The peak of an import's memory, in KiB; and when it has ended.
bring() { /usr/bin/time -f '%M' -o "$1" "$L" import requests --json --data "$DIR/o" --map "$2" "$3" >/dev/null; }
# Requests for $1 seconds; wrk prints its own table of waits.
report() {
    LIANGCAO_TOKEN=$TOKEN wrk -t1 -c"$CLIENTS" -d"$1s" --timeout 30s --latency \
        -s "$HERE/post.lua" "http://127.0.0.1:$PORT" >"$2"
    grep -E '50%|99%|Max|Latency|Non-2xx' "$2" | sed 's/^/    /'
}

echo "$(nproc) cores, load before: $(cut -d' ' -f1 /proc/loadavg)"
sed 's/^source: .*/source: one/; s/^prefix: .*/prefix: ONE/' "$MAP" >"$DIR/one.yaml"
bring "$DIR/kib0" "$DIR/one.yaml" "$DIR/one.csv"
echo "alone, $CLIENTS clients:"
report 10 "$DIR/alone"
began=$(date +%s)
{ bring "$DIR/kib1" "$MAP" "$FILE"; bring "$DIR/kib2" "$DIR/again.yaml" "$FILE"; } &
IMPORT=$!
echo "beside the import:"
report "${SECONDS_BESIDE:-30}" "$DIR/beside"
wait "$IMPORT"
echo "both imports: $(($(date +%s) - began)) s"
MORE=$((($(sort -n "$DIR/kib1" "$DIR/kib2" | tail -1) - $(cat "$DIR/kib0")) / 1024))
P99=$(awk '$1 == "99%" { v = $2; if (v ~ /ms$/) printf "%.0f", v; else if (v ~ /us$/) print 1; else printf "%.0f", v * 1000 }' "$DIR/beside")
echo "memory beyond an import of one row: $MORE MiB (96)"
echo "wait, p99: $P99 ms (300)"
[ "$MORE" -le 96 ] && [ "$P99" -le 300 ] && echo reached || { echo MISSED; exit 1; }
