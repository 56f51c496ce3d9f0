#!/bin/sh
# Each range with the count of its numbers.
status=0
while read -r range count; do
    found=$(sh ./range.sh "$range")
    [ "$found" = "$count" ] || { echo "range $range: expected $count, found $found"; status=1; }
done <<'END'
3-5 3
1-1 1
10-19 10
END
exit $status
