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
    block "" rows: | head -3 | sed 's/^(dry run, nothing kept) //' >"$dir/said"
    build/liangcao init --data "$dir/o" >/dev/null &&
        build/liangcao import places --data "$dir/o" "$dir/places.csv" >/dev/null &&
        build/liangcao import requests --data "$dir/o" \
            --map "$dir/map.yaml" "$dir/old.csv" >"$dir/got"
    status=$?
    head -3 "$dir/got" | diff "$dir/said" - || status=1
    rm -rf "$dir"
    return $status
}

is "the examples of importing do what the page says" example
is "every text has its Chinese" tools/words
is "the order's life in ARCHITECTURE.md is the table's" tools/life --check
is "docs/api/openapi.json is what the program says" tools/openapi --check
is "every link of the pages leads somewhere" links
echo "$passed passed, $failed failed"
[ $failed = 0 ]
