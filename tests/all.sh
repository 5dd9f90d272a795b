#!/bin/bash
# All tiers of tests, or those named: tests/all.sh [TIER...]
# tests/all.sh --build [TIER...] builds what they run, and runs nothing.
#
# "quick" are those that every commit runs.  TESTS="part ..." takes of the tiers
# sqlite, postgres and quick-tests only what has a part in its name.
#
# Two lanes run beside each other: in one are the tiers that compute, at a lower
# priority, in the other those that mostly wait or measure time.  Each tier says
# how many passed and failed when it has ended; the last line sums them up.  What a tier printed stands in build/test/TIER.log, and
# on the screen when it failed.  A tier that does not end by itself is a
# failure, as is one that does not build.
set -u
cd "$(dirname "$0")/.." || exit 1

MAKE=${MAKE:-make}
JOBS=${JOBS:-$(nproc)}
RUNNERS=$((JOBS < 4 ? JOBS : 4)) # of one list of tests
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

# The lines of a log that say what failed, without what the program itself wrote:
# many tests have something fail.
say_failed() {
    grep -av '^20[0-9]*-[0-9-]*T' "$1" | grep -aE 'FAILED|ERROR|^not ok|failed|Assert|WARNING: Thread|/tests/|^make.*\*\*\*|ended with' \
        | head -40 | sed 's/^/    /'
    echo "    ... all of it is in $1"
}

# bounded LOG SECONDS COMMAND...: its status.  What bash starts with "&" ignores
# SIGINT, which a test may send.
bounded() {
    local log=$1 limit=$2 status
    shift 2
    env --default-signal=INT,QUIT timeout -k 20 "$limit" "$@" \
        >"$log" 2>&1 </dev/null &
    running=$!
    wait "$running"
    status=$?
    running=
    return $status
}

# tier NAME SECONDS COMMAND...: run it, bounded, and add up what it says.
tier() {
    local name=$1 limit=$2 log=$LOGS/$1.log p f status began=$SECONDS
    shift 2
    [ -z "$building" ] || return 0
    [ -z "$only" ] || [[ " $only " == *" $name "* ]] || return 0
    bounded "$log" "$limit" "$@"
    status=$?
    read -r p f < <(count "$log")
    # A tier that died says too little; one that counted nothing proved none.
    if [ "$f" = 0 ] && { [ $status != 0 ] || [ "$p" = 0 ]; }; then
        f=1
        echo "[$name: ended with $status]" >>"$log"
    fi
    # In one piece: another lane speaks too.
    echo "$(
        printf '%-12s %5d passed, %d failed  (%d s)\n' "$name" "$p" "$f" \
            $((SECONDS - began))
        [ "$f" = 0 ] || say_failed "$log"
    )"
    passed=$((passed + p)) failed=$((failed + f))
}

# build KIND NAMES ARGS...: a failing build is a failed tier.  One at a time of
# a kind, so that what both lanes need is built once.
build() {
    local kind=$1 names=$2 log=$LOGS/build-$1.log
    shift 2
    [ -z "$only" ] || [[ " $only " =~ \ ($names)\  ]] || return 0
    if ! eval "bounded $log 1800 flock $LOGS/$kind.lock" \
        "nice $MAKE -s -j$JOBS $*"; then
        echo "$(tail -20 "$log"; echo "build FAILED: $*")"
        failed=$((failed + 1))
    elif [ -n "$building" ]; then
        echo "built $*"
        passed=$((passed + 1))
    fi
}

# What the lane that computes builds: wait for it.
await() { [ -n "$building" ] || build "$@"; }

building=
if [ "${1:-}" = --build ]; then
    building=yes
    shift
fi
QUICK="quick-tests quick-sources quick-web jail-sqlite"
only=" $* "
only=${only/ quick / $QUICK }
only=${only# } only=${only% }
read -ra tests <<<"${TESTS:-}"

# A tier that is mistyped would be none that failed.
names=$(sed -n 's/^ *tier \([a-z][a-z0-9-]*\) .*/\1/p' tests/all.sh)
names+=" $(basename -s .c tests/fuzz/*.c | sed 's/^/fuzz-/')"
for name in $only; do
    [[ " "${names//$'\n'/ }" " == *" $name "* ]] && continue
    echo "there is no tier $name; there are:" $names >&2
    exit 2
done
SAN_OPT=${SAN_OPT:--O1 -g}
SAN_ADDRESS="OPT='$SAN_OPT' SAN='-fsanitize=address,undefined -fno-sanitize-recover=all'"
SAN_THREAD="OPT='$SAN_OPT' SAN=-fsanitize=thread"
# At -O1 clang 14 reads bools that it returned as wider than they are.
SAN_FUZZ="CC=clang OPT='${FUZZ_OPT:--O2 -g}' SAN='-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all'"

LIVE="tables|doors|stalls|stops|stream|stream-pg|skew|skew-pg|torture|store|limits|commands|siege"
JAIL="jail|jail-sqlite|jail-postgres|jail-crowd|jail-two"
LIVE_ASAN="api-sqlite|api-postgres|two-servers|wild|openapi"

# Tests that look beneath db.h, or at what differs there by the database.
BENEATH=(db_test.c db_commit_test.c race_test.c schema_test.c news_test.c
    job_test.c number_test.c search_test.c list_budget_test.c)

# -- what every commit runs --

# Within two minutes; jail-sqlite, the conversations with a server, belongs to
# it.  Another tier has each of its promises, under a sanitizer.
quick() {
    [[ $only == *quick-* ]] || return 0
    tier quick-tests 300 build/test-runner "${tests[@]}"
    tier quick-sources 300 env CHECK="layers budget words" tools/check.sh
    tier quick-web 300 npm --prefix web test
}

# -- what computes --

computing() {
    build asan "sqlite|postgres-asan|$LIVE_ASAN" B=build/asan "$SAN_ADDRESS" \
        build/asan/test-runner build/asan/liangcao build/asan/example/liangcao
    build tsan threads B=build/tsan "$SAN_THREAD" build/tsan/liangcao
    build plain "quick-tests|postgres" build/test-runner
    build solver solver -C tests/solver build
    build fuzz "fuzz-.*" B=build/fuzz "$SAN_FUZZ" fuzzers

    quick

    # Every promise on both databases: on SQLite under ASan and UBSan; on
    # PostgreSQL so is only what knows which database it is.  Above db.h a text
    # of a row lives in the call's arena on either.
    tier sqlite 900 build/asan/test-runner "${tests[@]}"
    tier postgres 600 env PG_SERVERS=$RUNNERS tests/postgres.sh run \
        build/test-runner --runners=$RUNNERS "${tests[@]}"
    tier postgres-asan 300 tests/postgres.sh run build/asan/test-runner \
        "${BENEATH[@]}"

    # The solver, against LP and exhaustive search, on published instances.
    tier solver 600 "$MAKE" -s -C tests/solver

    # Any headers of src may stand in one file.
    tier headers 120 tests/headers.sh
    # No part reads or writes another's table but as told.
    tier walls 60 tests/walls.sh

    # The same inputs that people and other programs send, but mad.
    for source in tests/fuzz/*.c; do
        name=$(basename "$source" .c)
        tier "fuzz-$name" $((${FUZZ_S:-10} + 60)) tests/fuzz.sh "$name" \
            "${FUZZ_S:-10}"
    done

    # The interface, against what the program says of itself: types, lint and
    # layout, its weight, its own promises.
    await plain web build/liangcao
    tier web 600 sh -c 'cd web && npm run -s check && npm run -s size && npm test'
}

# -- what waits --

# Real servers: two processes on one PostgreSQL, clocks apart, kill -9 under
# load, what is said of backups and of the files beneath a server.
served() {
    tier stalls 300 build/live stalls build/liangcao
    tier stops 300 build/live stops build/liangcao "${STOPS:-200}"
    tier stream 300 build/live stream build/liangcao 240
    tier stream-pg 300 tests/postgres.sh run build/live stream build/liangcao 240
    tier skew 300 build/live skew build/liangcao -30 300
    tier skew-pg 300 tests/postgres.sh run build/live skew build/liangcao -30 300
    tier tables 300 build/live tables build/liangcao
    tier doors 300 build/live doors build/liangcao
    tier store 600 build/live store build/liangcao
    tier limits 300 build/live limits build/liangcao
    tier commands 300 tests/commands.sh build/liangcao
    tier torture 900 build/live torture build/liangcao "${KILLS:-50}"
}

# A server in its jail, which no build for a sanitizer enters: every escape is
# refused, and everything it does is done in there, over TLS too.
jailed() {
    tier jail 300 build/live jail build/liangcao
    tier jail-sqlite 300 build/live transcript build/liangcao tests/api/*.txt
    tier jail-postgres 300 env PG_TLS=1 PGSSLMODE=require tests/postgres.sh run \
        build/live transcript build/liangcao tests/api/*.txt
    tier jail-crowd 120 build/live crowd build/liangcao 5
    tier jail-two 120 tests/postgres.sh run build/live crowd build/liangcao 5
}

# Transcripts of the API on both databases, two processes on one PostgreSQL,
# mad requests and what the description says, under ASan; threads under TSan.
watched() {
    await asan "$LIVE_ASAN" B=build/asan "$SAN_ADDRESS" \
        build/asan/test-runner build/asan/liangcao build/asan/example/liangcao
    # With the example of docs/TOUR.md in it: a noun and a life more.
    tier api-sqlite 300 build/example/live transcript \
        build/asan/example/liangcao tests/api/*.txt tests/api/example/*.txt
    tier api-postgres 300 tests/postgres.sh run build/example/live transcript \
        build/asan/example/liangcao tests/api/*.txt tests/api/example/*.txt
    tier two-servers 300 tests/postgres.sh run build/live crowd \
        build/asan/liangcao "${CROWD_S:-10}"
    tier wild 600 build/live wild build/asan/liangcao "${WILD_N:-6000}"
    tier openapi 600 tests/openapi/run.sh build/asan/liangcao "${SEED:-1}"

    await tsan threads B=build/tsan "$SAN_THREAD" build/tsan/liangcao
    tier threads 300 build/live crowd build/tsan/liangcao "${CROWD_S:-10}"
}

waiting() {
    build plain "$LIVE|$LIVE_ASAN|$JAIL|threads|browser|pages|web" \
        build/liangcao build/live build/example/liangcao build/example/live
    served

    # Everything at once, with kill -9, a full disk, jumping clocks and backups.
    # (A siege of the example takes five minutes to lead some lendings to each
    # of their ends: build/example/live siege build/example/liangcao 300.)
    tier siege $((${SIEGE_S:-60} * 2 + 300)) build/live siege build/liangcao \
        "${SIEGE_S:-60}" "${SIEGE_CLIENTS:-24}" ${SEED:+"$SEED"}
    jailed
    watched

    # Journeys of people in a real browser against a server of their own.
    tier browser 900 env LIANGCAO_PROGRAM="$PWD/build/example/liangcao" \
        npm --prefix web run journeys

    # What is written about the program is still true of it.
    tier pages 60 tests/pages.sh
}

# -- both --

# lane NAME: run it and leave its sums in a file.
lane() {
    running=
    trap '[ -z "$running" ] || kill "$running" 2>/dev/null; exit 143' TERM
    "$1"
    echo "$passed $failed" >"$LOGS/$1.sums"
}

rm -f "$LOGS"/*.sums
lane waiting &
lanes=$!
# Who measures time goes first.
(renice -n 10 -p "$BASHPID" >/dev/null; lane computing) &
lanes="$lanes $!"
trap 'kill $lanes 2>/dev/null; wait; exit 130' INT TERM
wait

for name in waiting computing; do
    # A lane that died has failed.
    read -r p f < <(cat "$LOGS/$name.sums" 2>/dev/null || echo 0 1)
    passed=$((passed + p)) failed=$((failed + f))
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
