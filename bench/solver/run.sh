#!/bin/sh
# The solver's table: gaps to the best known values, per class and limit.
#   bench/solver/run.sh [whole|sample]
# whole: seeds 1-5 at 1, 10 and 60 s on every instance (hours);
# sample: one seed at 1 and 10 s of processor time on a part of them.
# The instances lie in $LIANGCAO_BENCH (default ../shared/bench).
set -e
cd "$(dirname "$0")/../.."
solver="${LIANGCAO:-build/liangcao} dispatch bench --bench ${LIANGCAO_BENCH:-../shared/bench}"
case "${1:-sample}" in
whole)
    $solver --seconds 1,10,60 --seeds 5
    ;;
sample)
    $solver --processor --seconds 1 --class a,b,R,p100,trsp --every 2
    $solver --processor --seconds 10 --class R --every 2
    ;;
*)
    echo "usage: $0 [whole|sample]" >&2
    exit 64
    ;;
esac
