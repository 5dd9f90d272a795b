#!/bin/sh
# The solver's table bit by bit: one row a run, kept in a file, so that a run
# that was broken off goes on where it stopped.  Where the best known plans are
# as good as proved (not TRSP) a run ends when it has reached that.
#   bench/solver/table.sh ROWS CLASS SECONDS SEEDS [EVERY]   run what is missing
#   bench/solver/table.sh ROWS                               sum up what is there
# A row: class seconds seed instance cost gap vehicles best-known-vehicles rounds
#        rounds-a-second
# The instances lie in $LIANGCAO_BENCH (default ../shared/bench); the seconds
# are those of the processor.
set -e
rows=$1
bench=${LIANGCAO_BENCH:-$(dirname "$0")/../../../shared/bench}
solver=${LIANGCAO:-$(dirname "$0")/../../build/liangcao}

instances() { # CLASS: their names
    case $1 in
    a | b | R) grep "^$1" "$bench/darp/best-known.csv" ;;
    p100) grep '^l' "$bench/pdptw/best-known.csv" | grep -v '_' ;;
    p200) grep '^l[a-z]*[12]_2_' "$bench/pdptw/best-known.csv" ;;
    p400) grep '^l[a-z]*[12]_4_' "$bench/pdptw/best-known.csv" ;;
    trsp) grep '^[CR]' "$bench/trsp/best-known.csv" ;;
    esac | cut -d, -f1
}

if [ $# -gt 1 ]; then
    touch "$rows"
    for seed in $(seq "$4"); do
        for name in $(instances "$2" | awk -v e="${5:-1}" 'NR % e == 1 % e'); do
            grep -q "^$2 $3 $seed $name " "$rows" && continue
            "$solver" dispatch bench --bench "$bench" --class "$2" \
                --seconds "$3" --seed "$seed" --only "$name" --processor \
                $([ "$2" = trsp ] || echo --enough) |
                awk -v c="$2" -v s="$3" '$2 == "seed" {
                    k = $9 ~ /^\(/ ? substr($9, 2) + 0 : 0
                    print c, s, $3, $1, $4, $6, $8, k, k ? $10 : $9, k ? $12 : $11 }' >>"$rows"
        done
    done
fi

awk '{ c = $1 " " $2; n[c]++; sum[c] += $6; seeds[c " " $3] = 1; r[c] += NF > 9 ? $10 : $9 / $2
       at[c] += $6 < 0.003 && ($8 == 0 || $7 <= $8)
       if (!($4 in seen)) seen[$4] = 1
       i[c " " $4] = 1; v[c] += $7; k[c] += $8
       if ($8 && $7 == $8) { m[c]++; ms[c] += $6 }
       if (!(c in w) || $6 > w[c]) w[c] = $6 }
     END { for (c in n) {
         a = 0; for (x in i) a += index(x, c " ") == 1
         b = 0; for (x in seeds) b += index(x, c " ") == 1
         printf "%-9s runs %4d  instances %3d  seeds %d  mean %6.3f  worst %6.3f  at best %3.0f %%  rounds/s %6.0f",
             c, n[c], a, b, sum[c] / n[c], w[c], 100 * at[c] / n[c], r[c] / n[c]
         if (k[c]) printf "  vehicles %d of %d, mean where equal %.3f (%d)",
             v[c], k[c], m[c] ? ms[c] / m[c] : 0, m[c]
         print "" } }' "$rows" | sort
