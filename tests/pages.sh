#!/bin/sh
# What is written about the program is still true of it.
cd "$(dirname "$0")/.." || exit 1
passed=0 failed=0

is() {
    says=$1
    shift
    if "$@"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "FAILED: $says"
    fi
}

# Every [text](path) of the pages leads to a file.
links() {
    bad=0
    for page in README.md README.zh.md docs/*.md docs/decisions/*.md; do
        for to in $(grep -oE '\]\([^)#]+' "$page" | sed 's/^](//'); do
            case $to in http*) continue ;; esac
            [ -e "$(dirname "$page")/$to" ] && continue
            echo "$page: there is no $to"
            bad=1
        done
    done
    return $bad
}

# The block of LANGUAGE that holds WORD, out of the page on importing.
block() {
    awk -v fence="\`\`\`$1" -v word="$2" '
        /^```/ && on { if (right && index(text, word)) printf "%s", text
                       on = 0; next }
        /^```/ { on = 1; right = $0 == fence; text = ""; next }
        on { text = text $0 "\n" }' docs/IMPORT.md
}

# The second example of the page on importing does what the page says.
example() {
    dir=$(mktemp -d)
    block csv 工单号 >"$dir/old.csv"
    block yaml source: >"$dir/map.yaml"
    block csv 院区 >"$dir/places.csv"
    block "" rows: | sed 's/^(dry run, nothing kept) //' >"$dir/said"
    build/liangcao init --data "$dir/o" >/dev/null &&
        build/liangcao import places --data "$dir/o" "$dir/places.csv" >/dev/null &&
        build/liangcao import requests --lang en --data "$dir/o" \
            --map "$dir/map.yaml" "$dir/old.csv" >"$dir/got"
    # One row is refused.
    [ $? = 3 ]
    status=$?
    sed '$d' "$dir/got" | diff "$dir/said" - || status=1
    rm -rf "$dir"
    return $status
}

# The last number on level 1 or 2 of each section of ASVS 5.0.0; what a section
# asks on level 3 comes behind it.
asvs="1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6
    3.5:5 3.7:2 4.1:3 4.2:1 4.3:2 4.4:4 5.1:1 5.2:3 5.3:2 5.4:3 6.1:3 6.2:12
    6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:2
    8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2
    10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 12.1:3 12.2:2 12.3:4
    13.1:1 13.2:5 13.3:2 13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7
    16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4 17.3:2"

# Each of them has one row, and the sum above the rows is theirs.
requirements() {
    awk -F' *[|] *' -v list="$asvs" '
        function bad(words) { print words; wrong = 1 }
        BEGIN {
            n = split(list, section, /[ \n]+/)
            for (i = 1; i <= n; i++) {
                split(section[i], of, ":")
                for (k = 1; k <= of[2]; k++) {
                    name[++all] = of[1] "." k
                    place[name[all]] = all
                }
            }
        }
        /^<!-- asvs (begins|ends)/ { on = /begins/ }
        on && /^Of [0-9]+:/ { said = $0 }
        on && /^[|] [0-9]/ {
            n = split($2, ends, "-")
            from = place[ends[1]]
            to = place[ends[n]]
            if (!from || !to || from > to)
                bad($2 " is no number of level 1 or 2")
            for (i = from; from && i <= to; i++)
                if (told[i]++)
                    bad(name[i] " is told twice")
                else
                    count[$3]++
        }
        END {
            for (i = 1; i <= all; i++)
                if (!told[i])
                    bad("nothing is said of " name[i])
            sum = sprintf("Of %d: %d kept, %d in part, %d left to the office, " \
                "%d not kept; %d do not apply.", all, count["kept"],
                count["in part"], count["office"], count["not kept"],
                count["n/a"])
            if (said != sum)
                bad("the sum is: " sum)
            exit wrong
        }' docs/SECURITY.md
}

# The rows of GB/T 22239 on a page, with the Chinese page's words for how it
# stands in English.
dengbao() {
    sed -n '/^<!-- dengbao begins/,/^<!-- dengbao ends/p' "$1" |
        awk -F' *[|] *' '/^[|] 8/ { print $2, $4 }' |
        sed 's/部分满足$/in part/; s/未满足$/not kept/; s/满足$/kept/
             s/单位$/office/'
}
same_rows() {
    ours=$(dengbao docs/SECURITY.md) theirs=$(dengbao docs/SECURITY.zh.md)
    [ -n "$ours" ] && [ "$ours" = "$theirs" ] && return
    kept=$(mktemp)
    echo "$ours" >"$kept"
    echo "$theirs" | diff "$kept" -
    rm "$kept"
    return 1
}

# What is named as keeping something is there: files, and tests by their names.
named() {
    missing=0
    for it in $(grep -ohE '`[^` ]+`' docs/SECURITY.md docs/SECURITY.zh.md |
        tr -d '`' | sort -u); do
        case $it in
        src/* | tests/* | docs/* | data/* | web/* | tools/* | contrib/*)
            [ -e "$it" ] && continue ;;
        *_*_*_*)
            grep -rqE "TEST(_PLAIN)?\($it\)" tests && continue ;;
        *) continue ;;
        esac
        echo "there is no $it"
        missing=1
    done
    return $missing
}

is "the examples of importing do what the page says" example
is "every text has its Chinese" tools/words
is "the order's life in ARCHITECTURE.md is the table's" tools/life --check
is "docs/api/openapi.txt is what the program says" tools/openapi --check
is "every link of the pages leads somewhere" links
is "SECURITY.md tells of each requirement of ASVS once, and sums them up" requirements
is "SECURITY.md and its Chinese say the same of GB/T 22239" same_rows
is "the files and tests that SECURITY.md names are there" named
echo "$passed passed, $failed failed"
[ $failed = 0 ]
