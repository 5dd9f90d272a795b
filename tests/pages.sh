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

is "every text has its Chinese" tools/words
is "the order's life in ARCHITECTURE.md is the table's" tools/life --check
is "docs/api/openapi.json is what the program says" tools/openapi --check
is "every link of the pages leads somewhere" links
echo "$passed passed, $failed failed"
[ $failed = 0 ]
