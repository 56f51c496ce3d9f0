#!/usr/bin/env bash
# Measures on this machine what the README claims: A and B by turns, in wall milliseconds.
#
#   benches/figures.sh [read] [verify] [spawn] [conflicts] [union] [plan] [overhead]      all without an argument
#
# ROUNDS is how often each side runs (default 11), EVENTS the length of the journal, FILES the size of the repository. `spawn`
# keeps what each round wrote, 1.3 GB a side with 20,000 files, until the end; KEEP=0 removes it at once (for tmpfs).
# Needs bash 5, git and awk; `verify` installs korg-verify under target/bench-tools. What runs between
# the rounds is not timed. A command that fails ends the script.
set -euo pipefail
export LC_ALL=C

root=$(cd "$(dirname "$0")/.." && pwd)
target=${CARGO_TARGET_DIR:-$root/target}
rounds=${ROUNDS:-11} events=${EVENTS:-100000} files=${FILES:-20000}

seal() { # a home, and no configuration but our own
    work=$(mktemp -d "${TMPDIR:-/tmp}/git-par-figures.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    unset "${!GIT_@}"
    export HOME=$work GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null PATH=$work/bin:$PATH
    # As installed: what a linker wrote page by page is slower to start than a copy, as git is one.
    mkdir "$work/bin" && find "$target/release" -maxdepth 1 -name 'git-par*' -type f ! -name '*.d' -exec cp {} "$work/bin" \;
    export GIT_{AUTHOR,COMMITTER}_NAME=bench GIT_{AUTHOR,COMMITTER}_EMAIL=bench@example.org
}

clock() { # wall microseconds of a command
    local start=${EPOCHREALTIME/./}
    "$@" >"$work/out" 2>"$work/err" || { echo "failed: $*" >&2; cat "$work/out" "$work/err" >&2; exit 1; }
    micros=$((${EPOCHREALTIME/./} - start))
}

summary() { # min, median and max of lines of microseconds
    sort -n "$2" | awk -v name="$1" '{ t[NR] = $1 / 1000 }
        END { printf "  %-34s min %9.1f  median %9.1f  max %9.1f\n", name, t[1], t[int((NR + 1) / 2)], t[NR] }'
}

median() { sort -n "$1" | awk '{ t[NR] = $1 } END { print t[int((NR + 1) / 2)] }'; }

compare() { # $1 runs before each timed run; $2 and $3 are functions or commands without arguments
    local reset=$1 a=$2 b=$3 round side
    : >"$work/a" >"$work/b"
    for ((round = 0; round <= rounds; round++)); do
        for side in a b; do
            $reset
            clock "${!side}"
            [ "$round" -eq 0 ] || echo "$micros" >>"$work/$side" # the first round warms the caches
        done
    done
    $reset
    summary "A $a" "$work/a"
    summary "B $b" "$work/b"
    awk -v a="$(median "$work/a")" -v b="$(median "$work/b")" 'BEGIN { printf "  B / A %.3f\n", b / a }'
}

peak() { # the most memory that a command held, in KiB
    if [ -x /usr/bin/time ]; then
        /usr/bin/time -f %M -o "$work/peak" "$@" >/dev/null && cat "$work/peak"
        return
    fi
    local key value top=0 child
    "$@" >/dev/null & child=$!
    # Read as long as it lives; what it holds after the last look is missed.
    while [ -r "/proc/$child/status" ] && kill -0 "$child" 2>/dev/null; do
        while read -r key value _; do [ "$key" != VmHWM: ] || top=$value; done <"/proc/$child/status" || break
    done 2>/dev/null
    wait "$child" && echo "$top"
}

# --- read: a run is read about as fast as git starts -------------------------------------------------------------------

git_rev_parse() { git rev-parse HEAD; }
git_par_list() { git-par list bench; } # the program itself, as git rev-parse is
figure_read() {
    git init -q "$work/read" && cd "$work/read"
    git commit -q --allow-empty -m base
    git par -q spawn -n 8 --name bench -- sh -c 'echo x >new' >"$work/out"
    compare : git_rev_parse git_par_list
}

# --- verify: a long journal ------------------------------------------------------------------------------------------

journal() { "$target/release/examples/journal" "$events"; }

korg_verify() { "$korg" "$work/journal.jsonl"; }
git_par_verify() { git-par verify "$work/journal.jsonl"; }

figure_verify() {
    git init -q "$work/verify" && cd "$work/verify"
    journal >"$work/journal.jsonl"
    echo "  $events events, $(wc -c <"$work/journal.jsonl") bytes"
    compare : korg_verify git_par_verify
    echo "  peak KiB: A $(peak "$korg" "$work/journal.jsonl"), B $(peak git-par verify "$work/journal.jsonl")"
}

# --- spawn: eight worktrees of a large repository ----------------------------------------------------------------------

tree() { # a commit of many files of some 6.5 kB that do not repeat, as a fast-import stream
    awk -v files="$files" 'BEGIN {
        print "commit refs/heads/main\ncommitter bench <bench@example.org> 0 +0000\ndata 0"
        for (file = seed = 1; file <= files; file++) {
            printf "M 100644 inline d%d/e%d/f%d.txt\ndata <<END\n", file % 20, int(file / 20) % 40, file
            for (line = 0; line < 120; line++) {
                seed = (seed * 16807) % 2147483647
                printf "line %d of file %d says %.0f and then %.0f, no more\n", line, file, seed, (seed * 7919) % 1000003
            }
            print "END"
        }
    }'
}

worktree_add_loop() { local n; for n in 1 2 3 4 5 6 7 8; do git worktree add -q --detach "../loop/w$n" || return; done; }
git_par_spawn() { git-par spawn -n 8 -- sh -c 'echo x >new'; }

forget() { # the state before either side
    # ext4 searches long for free inodes in the minutes after many were deleted, which slows either side by a factor of five.
    local old=$work/old.$((++forgotten))
    mkdir "$old" && for made in "$work/loop" "$work/big.par" .git/par; do [ ! -e "$made" ] || mv "$made" "$old"; done
    [ "${KEEP:-1}" = 1 ] || rm -rf "$old"
    git worktree prune
    git for-each-ref --format='delete %(refname)' refs/par refs/notes/par | git update-ref --stdin
    sync
}

large() { # goes to a checkout of many files, which is made once
    [ ! -d "$work/big" ] || { cd "$work/big" && return; }
    git init -q -b main "$work/big" && cd "$work/big"
    tree | git fast-import --quiet
    git repack -adfq # fast-import leaves chains of 50 unlike files that no clone has
    git reset -q --hard
}

figure_spawn() {
    forgotten=0
    large
    sleep 2 && git status >"$work/out" # as in a checkout that is in use, the index is younger than its files
    echo "  $files files"
    compare forget worktree_add_loop git_par_spawn
}

# --- conflicts: 64 candidates, each merged with each ----------------------------------------------------------------------

merge_tree_loop() { local n; for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do git merge-tree --write-tree HEAD "refs/par/c/w$n" || return; done; }
git_par_conflicts() { git-par conflicts c; }
figure_conflicts() {
    git init -q -b main "$work/wide" && cd "$work/wide"
    tree | git fast-import --quiet
    # As 64 workers would leave them, each a file of its own; a loop of git's own calls merges 16 of them.
    git-par -q spawn -n 64 --name c -- sh -c 'echo "$PAR_WORKER" >"d$((PAR_WORKER % 20))/e0/new$PAR_WORKER"' >"$work/out"
    rm -rf "$work/wide.par"
    compare : merge_tree_loop git_par_conflicts
}

# --- union: sixteen candidates of the tasks of a plan -----------------------------------------------------------------

sixteen() { local n; for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16; do echo "refs/par/s/w$n"; done; }
git_par_union() { "$target/release/examples/union" "${ids[@]}"; }
git_merge_tree() { # each with the next: a merge with HEAD itself, from which all start, would have nothing to do
    local last=refs/par/s/w16 name
    for name in $(sixteen); do git merge-tree --write-tree "$last" "$name" || return; last=$name; done
}
figure_union() {
    git init -q -b main "$work/sixteen" && cd "$work/sixteen"
    tree | git fast-import --quiet
    # Each changes a file that it shares with the next ones, far from what they change, and makes one of its own.
    git-par -q spawn -n 16 --name s -- sh -c 'f=d$((PAR_WORKER % 4))/e0/$(ls "d$((PAR_WORKER % 4))/e0" | head -1)
        sed -i "$((PAR_WORKER * 7))s/$/ by $PAR_WORKER/" "$f"; echo new >"d$PAR_WORKER/new"' >"$work/out"
    rm -rf "$work/sixteen.par"
    mapfile -t ids < <(git rev-parse HEAD $(sixteen))
    compare : git_merge_tree git_par_union
    cat "$work/out"
}

# --- plan: two hundred tasks on a large repository ---------------------------------------------------------------------

tasks() { # a plan of 200 tasks in layers, each of which reads what an earlier one writes
    awk 'BEGIN {
        print "{\"version\": 1, \"goal\": \"bench\", \"tasks\": ["
        for (task = 0; task < 200; task++) {
            layer = int(task / 20) * 4 + 1
            folder = sprintf("d%d/e%d", task % 20, layer)
            needs = task < 40 ? "" : sprintf("\"t%d\"", task - 40)
            reads = task < 40 ? "" : sprintf("\"d%d/e%d/*0.txt\", \"d[0-9]/e%d/{f,g}*.txt\", ", task % 20, layer - 8, layer - 8)
            printf "%s{\"id\": \"t%d\", \"prompt\": \"p\", \"needs\": [%s], ", task ? ",\n" : "", task, needs
            printf "\"reads\": [%s\"d%d/e0\"], \"writes\": [\"%s/**\", \"%s/*.new\"]}", reads, task % 20, folder, folder
        }
        print "\n]}"
    }'
}

figure_plan() {
    local verb round
    large
    tasks >"$work/plan.json"
    for verb in check show; do
        : >"$work/a"
        for ((round = 0; round <= rounds; round++)); do
            clock git-par plan "$verb" "$work/plan.json"
            [ "$round" -eq 0 ] || echo "$micros" >>"$work/a"
        done
        summary "git-par plan $verb" "$work/a"
    done
}

# --- overhead: what the tool costs a worker beyond its agent ------------------------------------------------------------

eight_agents() { for _ in 1 2 3 4 5 6 7 8; do true; done; }
git_par_eight() { git-par spawn -n 8 --name "o$((++runs))" -- true || [ $? -eq 1 ]; } # 1: nobody changed anything
pss() { # the memory of one process, in KiB, what it shares with others counted in part
    awk '/^Pss:/ { print $2 }' "/proc/$1/smaps_rollup"
}

held_by() { # the memory of a supervisor with this many workers that sleep, in KiB
    git-par spawn -n "$1" -j "$1" --name "m$1" -- sleep 100 >"$work/out" 2>"$work/err" & local child=$!
    until [ "$(grep -c worker_started <(git notes --ref="par/m$1" show HEAD 2>/dev/null))" = "$1" ]; do sleep 0.1; done
    sleep 1
    pss "$child"
    git-par stop "m$1" >"$work/out" 2>&1
    wait "$child" || true
}

figure_overhead() {
    git init -q "$work/small" && cd "$work/small"
    echo one >a && git add a && git commit -qm base
    runs=0
    compare : eight_agents git_par_eight
    awk -v b="$(median "$work/b")" 'BEGIN { printf "  each of 8 workers, from spawn to recorded candidate: %.1f ms\n", b / 8000 }'
    local one nine
    one=$(held_by 1) nine=$(held_by 9)
    echo "  the supervisor with 1 worker: $one KiB, with 9: $nine KiB, each further worker: $(((nine - one) / 8)) KiB"
}

[ $# -gt 0 ] || set -- read verify spawn conflicts union plan overhead
cd "$root"
cargo build -q --release --bins --examples
korg=$target/bench-tools/bin/korg-verify
[[ " $* " != *" verify "* || -x $korg ]] || cargo install -q korg-verify --version 0.1.0 --root "$target/bench-tools"
seal
for name; do echo "$name" && "figure_$name"; done
