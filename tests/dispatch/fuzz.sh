#!/bin/sh
# Fuzzes the readers for so many seconds (default 60).
set -e
cd "$(dirname "$0")"
root=../..
build="${B:-$root/build/dispatch-fuzz}"
mkdir -p "$build/corpus"
flags=$(pkg-config --cflags --libs jansson icu-i18n icu-uc libsodium cairo pangocairo)
for f in $root/src/base/*.c; do
    clang -std=c17 -g -O1 -fsanitize=address,undefined -D_GNU_SOURCE -I$root/src -c "$f" -o "$build/base-$(basename "$f" .c).o"
done
rm -f "$build/base.a"
ar rcs "$build/base.a" "$build"/base-*.o
clang -std=c17 -g -O1 -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -I$root/src \
    fuzz.c $root/src/engine/dispatch/*.c "$build/base.a" -o "$build/fuzz" $flags -lm -lpthread
printf '\003' | cat - data/day.json > "$build/corpus/day"
printf '\0002 2 480 6 30\n0 0 0 0 0 0 480\n1 1 2 3 1 0 99\n2 3 1 3 1 0 99\n3 4 4 3 -1 0 99\n4 5 5 3 -1 9 99\n' > "$build/corpus/darp"
printf '\0012 9 1\n0 0 0 0 0 99 0 0 0\n1 2 2 3 0 99 1 0 2\n2 3 3 -3 0 99 1 1 0\n' > "$build/corpus/pdptw"
printf '\002CREW COUNT\n1 1 1 1\nID\n0 0 0 0 99 0 [] [] []\n1 1 1 0 99 0 [0] [0] [2]\n2 2 2 0 99 5 [0] [] [1]\n' > "$build/corpus/trsp"
exec "$build/fuzz" -max_total_time="${1:-60}" -timeout=10 -rss_limit_mb=3000 -max_len=4000 "$build/corpus"
