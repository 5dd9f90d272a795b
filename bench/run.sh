#!/bin/sh
# What design.md section 6 asks, each figure beside its comparison taken in
# the same run.  Everything lives in a folder of its own and on loopback.
#   BIG=1000000 SMALL=10000 SECONDS_EACH=10 bench/run.sh
set -eu
BIG=${BIG:-1000000}
SMALL=${SMALL:-10000}
EACH=${SECONDS_EACH:-10}
L=$PWD/build/liangcao
HERE=$PWD/bench
DIR=$(mktemp -d "${TMPDIR:-/tmp}/liangcao-bench.XXXXXX")
REQUESTS=${REQUESTS:-../shared/data/service-requests}
SERVER=
stop() { if [ -n "$SERVER" ]; then kill "$SERVER" 2>/dev/null || true; wait "$SERVER" 2>/dev/null || true; SERVER=; fi; }
trap 'stop; rm -rf "$DIR"' EXIT INT TERM

token() { "$L" call --data "$1" --as "$2" POST /tokens '{"name":"bench"}' | sed 's/.*"token":"\([^"]*\)".*/\1/'; }
# Starts a server on folder $1; sets URL, SERVER and START_MS (to its first answer).
start() {
    port=$((20000 + $$ % 20000))
    t0=$(date +%s%N)
    "$L" serve --data "$1" --port "$port" --quiet >"$DIR/server.log" 2>&1 &
    SERVER=$!
    URL=http://127.0.0.1:$port
    while ! curl -sf "$URL/readyz" >/dev/null 2>&1; do
        kill -0 "$SERVER" 2>/dev/null || { cat "$DIR/server.log"; exit 1; }
    done
    START_MS=$((($(date +%s%N) - t0) / 1000000))
}
result() { sed -n 's/^RESULT //p'; }
peak_mib() { awk '/^VmHWM/ { printf "%.0f", $2 / 1024 }' "/proc/$1/status"; }
say() { printf '%-58s %12s   %s\n' "$1" "$2" "$3"; }

say "what" "measured" "target / beside it"

# 1 durable creation over HTTP, and SQLite alone with the same rows and batches
"$L" demo --data "$DIR/small" --orders "$SMALL" >/dev/null
"$L" init --data "$DIR/empty" >/dev/null
T=$(token "$DIR/small" requester)
start "$DIR/small"
set -- $(LIANGCAO_TOKEN=$T wrk -t1 -c64 -d"${EACH}s" -s "$HERE/post.lua" "$URL" | result)
rate=$1 p99=$3 bad=$4
stop
bare=$(build/bare "$DIR/small/main.db" "$DIR/empty/main.db" 50000 32)
say "orders created, durable, over HTTP (/s)" "$rate" ">= 5000; p99 $p99 ms; $bad errors"
say "  share of bare SQLite, same rows, batches of 32" "$(awk "BEGIN{printf \"%.2f\", $rate / $bare}")" ">= 0.50; bare $bare/s"
"$L" audit verify --data "$DIR/small" >/dev/null && say "  audit chain after it" "whole" ""

# 2 lists at two sizes
rm -rf "$DIR/small"
"$L" demo --data "$DIR/small" --orders "$SMALL" >/dev/null
t0=$(date +%s)
"$L" demo --data "$DIR/big" --orders "$BIG" >/dev/null
say "demo office of $BIG orders made in (s)" "$(($(date +%s) - t0))" ""
lists="/api/v1/orders?is_open=true /api/v1/orders?state=dispatched /api/v1/orders?is_open=true&priority=3 /api/v1/orders?is_open=true&sort=-submitted_at&state=in_progress"
for list in "is_open=true" "state=closed" "state=in_progress" "is_open=true&priority=3" "item_code=A04" "q=%E7%81%AF%E4%B8%8D%E4%BA%AE"; do
    for size in small big; do
        T=$(token "$DIR/$size" desk)
        start "$DIR/$size"
        [ "$size" = small ] || first=$START_MS
        LIANGCAO_TOKEN=$T PATHS="/api/v1/orders?$list" wrk -t1 -c1 -d2s -s "$HERE/list.lua" "$URL" >/dev/null
        set -- $(LIANGCAO_TOKEN=$T PATHS="/api/v1/orders?$list" wrk -t1 -c1 -d"${EACH}s" -s "$HERE/list.lua" "$URL" | result)
        eval "${size}_50=$2 ${size}_99=$3"
        stop
    done
    say "list of 50 with total, $list, p99 (ms)" "$big_99" "<= 5; at $SMALL: $small_99; median $big_50 / $small_50 = $(awk "BEGIN{printf \"%.2f\", $big_50 / $small_50}") (<= 1.30)"
done

# 5 memory and start at the large size, under reads and writes
R=$(token "$DIR/big" requester)
D=$(token "$DIR/big" desk)
start "$DIR/big"
LIANGCAO_TOKEN=$D PATHS="$lists" wrk -t1 -c16 -d"${EACH}s" -s "$HERE/list.lua" "$URL" >/dev/null &
W=$!
LIANGCAO_TOKEN=$R wrk -t1 -c64 -d"${EACH}s" -s "$HERE/post.lua" "$URL" >/dev/null
wait "$W"
say "memory at $BIG orders under load (MiB, peak)" "$(peak_mib "$SERVER")" "<= 128"
stop
say "start to first answer at $BIG orders (ms)" "$first" "<= 300"

# 4 import of real requests
if [ -d "$REQUESTS" ]; then
    unzip -qo "$REQUESTS"/*.zip -d "$DIR/csv"
    "$L" init --data "$DIR/import" >/dev/null
    t0=$(date +%s%N)
    "$L" import requests --data "$DIR/import" --map data/maps/boston-311.yaml --json "$DIR"/csv/*.csv >"$DIR/import.json"
    say "import of the real requests (ms)" "$((($(date +%s%N) - t0) / 1000000))" "<= 3000; $(cat "$DIR/import.json")"
fi

# 6 the first page
[ ! -f web/package.json ] || (cd web && npm run -s size) || true
