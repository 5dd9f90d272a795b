#!/bin/sh
# Fuzzes the readers of problems, plans and rooms for so many seconds (default 60).
set -e
cd "$(dirname "$0")"
root=../..
build="${B:-$root/build/solver-fuzz}"
mkdir -p "$build/corpus"
flags=$(pkg-config --cflags --libs jansson icu-i18n icu-uc libsodium cairo pangocairo)
for f in $root/src/base/*.c; do
    clang -std=c17 -g -O1 -fsanitize=address,undefined -D_GNU_SOURCE -I$root/src -c "$f" -o "$build/base-$(basename "$f" .c).o"
done
rm -f "$build/base.a"
ar rcs "$build/base.a" "$build"/base-*.o
clang -std=c17 -g -O1 -fsanitize=fuzzer,address,undefined -D_GNU_SOURCE -I$root/src \
    fuzz.c $root/src/solver/*.c "$build/base.a" -o "$build/fuzz" $flags -lClp -lm -lpthread
seed() { # NAME WHAT: one input of that kind from stdin
    { printf "\\$2"; cat; } > "$build/corpus/$1"
}
seed day 003 < data/day.json
printf '2 2 480 6 30\n0 0 0 0 0 0 480\n1 1 2 3 1 0 99\n2 3 1 3 1 0 99\n3 4 4 3 -1 0 99\n4 5 5 3 -1 9 99\n' | seed darp 000
printf '2 9 1\n0 0 0 0 0 99 0 0 0\n1 2 2 3 0 99 1 0 2\n2 3 3 -3 0 99 1 1 0\n' | seed pdptw 001
printf 'CREW COUNT\n1 1 1 1\nID\n0 0 0 0 99 0 [] [] []\n1 1 1 0 99 0 [0] [0] [2]\n2 2 2 0 99 5 [0] [] [1]\n' | seed trsp 002
printf 'Customer: 3\nCUST NO. XCOORD. YCOORD. DEMAND READY TIME DUE DATE SERVICE TIME cost d11 d12 d13 d14\n1 0 0 0 0 99 0 0 0 0 0 0\n2 3 4 1 0 50 9 10 1 1 0 0\n3 4 3 1 0 50 9 10 0 0 0 0\n\fNumber of Technicians: 1\ndomains: 1\nID domain1\n1 2\n' | seed strsp 004
seed rooms 005 < data/rooms.json
printf '\000# a plan\n1 2 3 4\n\n' | seed plan-darp 006
printf '\0011 2\n' | seed plan-pdptw 006
printf '\0021: 0 2\nunserved:\n' | seed plan-trsp 006
printf '\003{"routes":[{"vehicle":"v","stops":[{"stop":"pickup","request":"t"},{"stop":"delivery","request":"t"},{"stop":"pickup","request":"r"}]}]}' | seed plan-json 006
exec "$build/fuzz" -max_total_time="${1:-60}" -timeout=10 -rss_limit_mb=3000 -max_len=4000 "$build/corpus"
