#!/bin/bash
# All tiers of tests, or those named: tests/all.sh [TIER...]
# tests/all.sh --build [TIER...] builds what they run, and runs nothing.
#
# Each tier runs on its own and says how many passed and failed; the last
# line sums them up.  What a tier printed stands in build/test/TIER.log, and
# on the screen when it failed.  A tier that does not end by itself is a
# failure, as is one that does not build.
set -u
cd "$(dirname "$0")/.." || exit 1

MAKE=${MAKE:-make}
JOBS=${JOBS:-$(nproc)}
LOGS=build/test
mkdir -p "$LOGS"
export ASAN_OPTIONS=detect_leaks=1
export UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS="halt_on_error=0:exitcode=66"
passed=0 failed=0

# What a log says of itself: cmocka's, node's or "N passed, N failed".
count() {
    awk '
        { gsub(/\033\[[0-9;]*m/, "") }
        /^\[  PASSED  \] [0-9]+ test/  { p += $4 }
        /^\[  FAILED  \] [0-9]+ test/  { f += $4 }
        /^(#|ℹ) pass [0-9]+$/          { p += $3 }
        /^(#|ℹ) (fail|cancelled|skipped|todo) [0-9]+$/ { f += $3 }
        /^[0-9]+ passed, [0-9]+ failed$/ { p += $1; f += $3 }
        END { print p + 0, f + 0 }' "$1"
}

# tier NAME SECONDS COMMAND...: run it, bounded, and add up what it says.
tier() {
    local name=$1 limit=$2 log=$LOGS/$1.log p f status began=$SECONDS
    shift 2
    [ -z "$building" ] || return 0
    [ -z "$only" ] || [[ " $only " == *" $name "* ]] || return 0
    timeout -k 20 "$limit" "$@" >"$log" 2>&1 </dev/null
    status=$?
    read -r p f < <(count "$log")
    # A tier that died says too little; one that counted nothing proved none.
    if [ "$f" = 0 ] && { [ $status != 0 ] || [ "$p" = 0 ]; }; then
        f=1
        echo "[$name: ended with $status]" >>"$log"
    fi
    printf '%-12s %5d passed, %d failed  (%d s)\n' "$name" "$p" "$f" \
        $((SECONDS - began))
    if [ "$f" != 0 ]; then
        grep -aE 'FAILED|ERROR|^not ok|failed|Assert|WARNING: Thread|/tests/|^make.*\*\*\*|ended with' \
            "$log" | head -40 | sed 's/^/    /'
        echo "    ... all of it is in $log"
    fi
    passed=$((passed + p)) failed=$((failed + f))
}

# build NAME ARGS...: a failing build is a failed tier.
build() {
    local name=$1
    shift
    [ -z "$only" ] || [[ " $only " =~ \ ($name)\  ]] || return 0
    if ! eval "$MAKE -s -j$JOBS $*" >"$LOGS/build.log" 2>&1; then
        tail -20 "$LOGS/build.log"
        echo "build FAILED: $*"
        failed=$((failed + 1))
    elif [ -n "$building" ]; then
        echo "built $*"
        passed=$((passed + 1))
    fi
}

building=
if [ "${1:-}" = --build ]; then
    building=yes
    shift
fi
only="$*"
SAN_OPT=${SAN_OPT:--O1 -g}
SAN_ADDRESS="OPT='$SAN_OPT' SAN='-fsanitize=address,undefined -fno-sanitize-recover=all'"
SAN_THREAD="OPT='$SAN_OPT' SAN=-fsanitize=thread"
# At -O1 clang 14 reads bools that it returned as wider than they are.
SAN_FUZZ="CC=clang OPT='${FUZZ_OPT:--O2 -g}' SAN='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all'"

# 1 and 2: every promise, under ASan and UBSan, on both databases.
build "sqlite|postgres" B=build/asan "$SAN_ADDRESS" build/asan/test-runner
tier sqlite 900 build/asan/test-runner
tier postgres 1200 tests/postgres.sh run build/asan/test-runner

# Real servers: transcripts of the API on both databases (under ASan), two
# processes on one PostgreSQL, kill -9 under load, what is said of backups and
# of the files beneath a server, mad requests.
LIVE="api-sqlite|api-postgres|two-servers|stream|stream-pg|skew|skew-pg|stalls|stops|torture|tables|store|doors|wild|openapi|threads|limits|siege"
build "$LIVE" build/liangcao build/live
build "$LIVE" B=build/asan "$SAN_ADDRESS" build/asan/liangcao
tier api-sqlite 300 build/live transcript build/asan/liangcao tests/api/*.txt
tier api-postgres 300 tests/postgres.sh run build/live transcript \
    build/asan/liangcao tests/api/*.txt
tier two-servers 300 tests/postgres.sh run build/live crowd \
    build/asan/liangcao "${CROWD_S:-10}"
tier stream 300 build/live stream build/liangcao 240
tier stream-pg 300 tests/postgres.sh run build/live stream build/liangcao 240
tier skew 300 build/live skew build/liangcao -30 300
tier skew-pg 300 tests/postgres.sh run build/live skew build/liangcao -30 300
tier stalls 300 build/live stalls build/liangcao
tier stops 300 build/live stops build/liangcao "${STOPS:-200}"
tier torture 900 build/live torture build/liangcao "${KILLS:-50}"
tier tables 300 build/live tables build/liangcao
tier doors 300 build/live doors build/liangcao
tier store 600 build/live store build/liangcao
tier wild 600 build/live wild build/asan/liangcao "${WILD_N:-6000}"
tier limits 300 build/live limits build/liangcao
tier openapi 600 tests/openapi/run.sh build/asan/liangcao "${SEED:-1}"

# A server in its jail, which no build for a sanitizer enters: every escape is
# refused, and everything it does is done in there, over TLS too.
JAIL="jail|jail-sqlite|jail-postgres|jail-crowd|jail-two"
build "$JAIL" build/liangcao build/live
tier jail 300 build/live jail build/liangcao
tier jail-sqlite 300 build/live transcript build/liangcao tests/api/*.txt
tier jail-postgres 300 env PG_TLS=1 PGSSLMODE=require tests/postgres.sh run \
    build/live transcript build/liangcao tests/api/*.txt
tier jail-crowd 120 build/live crowd build/liangcao 5
tier jail-two 120 tests/postgres.sh run build/live crowd build/liangcao 5

# Everything at once, with kill -9, a full disk, jumping clocks and backups.
tier siege $((${SIEGE_S:-60} * 2 + 300)) build/live siege build/liangcao \
    "${SIEGE_S:-60}" "${SIEGE_CLIENTS:-24}" ${SEED:+"$SEED"}

# The solver, against LP and exhaustive search, on published instances.
build dispatch -C tests/dispatch build
tier dispatch 600 "$MAKE" -s -C tests/dispatch

# Threads, under TSan.
build threads B=build/tsan "$SAN_THREAD" build/tsan/liangcao
tier threads 300 build/live crowd build/tsan/liangcao "${CROWD_S:-10}"

# 5: the same inputs that people and other programs send, but mad.
build "fuzz-.*" B=build/fuzz "$SAN_FUZZ" fuzzers
for source in tests/fuzz/*.c; do
    name=$(basename "$source" .c)
    tier "fuzz-$name" $((${FUZZ_S:-10} + 60)) tests/fuzz.sh "$name" "${FUZZ_S:-10}"
done

# The interface: its types, its own promises and its weight; then journeys of
# people in a real browser against a server of their own.
build browser build/liangcao
tier web 300 sh -c 'cd web && npm run -s check && npm run -s size && npm test'
tier browser 900 npm --prefix web run journeys

# What is written about the program is still true of it.
build pages build/liangcao
tier pages 60 tests/pages.sh

echo "$passed passed, $failed failed"
[ $failed = 0 ]
