echo "worker $PAR_WORKER: $(cat "$PAR_TASK_FILE")"
case $PAR_WORKER in
1)  # The long way round: it works, in many lines.
    cat >range.sh <<'END'
#!/bin/sh
# Counts the numbers of a range such as 3-5, one by one.
first=${1%-*}
last=${1#*-}
count=0
number=$first
while [ "$number" -le "$last" ]; do
    count=$((count + 1))
    number=$((number + 1))
done
echo "$count"
END
    ;;
2)  # The short way: one line.
    sed 's/last - first/last - first + 1/' range.sh >range.new && cat range.new >range.sh && rm range.new
    ;;
*)  # The wrong way, committed with confidence.
    sed 's/last - first/last - first - 1/' range.sh >range.new && cat range.new >range.sh && rm range.new
    git commit --quiet --all --message 'fixed for good'
    ;;
esac
