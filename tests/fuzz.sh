#!/bin/sh
# fuzz.sh NAME SECONDS - one fuzzer for a bounded time.  What it learnt stays
# in build/corpus/NAME; an input that fails is kept there as crash-... too.
set -u
name=$1
corpus=build/corpus/$name
seeds=tests/fuzz/seeds/$name
mkdir -p "$corpus"
[ -d "$seeds" ] || seeds=
dict=
[ ! -f "tests/fuzz/$name.dict" ] || dict="-dict=tests/fuzz/$name.dict"
# shellcheck disable=SC2086
if build/fuzz/fuzz-"$name" -max_total_time="$2" -timeout=10 -rss_limit_mb=2048 \
    -max_len=4096 -print_final_stats=1 -artifact_prefix="$corpus/" $dict \
    "$corpus" $seeds; then
    echo "1 passed, 0 failed"
else
    echo "0 passed, 1 failed"
    exit 1
fi
