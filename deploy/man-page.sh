#!/usr/bin/env bash
# man-page.sh PROGRAM: prints its manual page, made from what the program and each of its commands say with --help.
set -euo pipefail

fail() { echo "man-page.sh: $2" >&2; exit "$1"; }

[ $# -eq 1 ] || fail 64 "wrong arguments: give PROGRAM"
program=$1 name=${1##*/}
export COLUMNS=2000                   # no help text is that long: each stays on one line

help_of() { "$program" "$@" --help </dev/null || fail 69 "$program${*:+ $*} --help: failed: can it run here?"; }

# roff LEVEL: help on standard input, roff on standard output. LEVEL is program or command.
# ArgumentParser's help has names from column 3 on and texts from column 27 on, a line below where a name is too long.
roff() {
    LC_ALL=C awk -v level="$1" -v name="$name" '
        function escaped(text) {
            gsub(/\\/, "\\e", text)
            gsub(/-/, "\\-", text)
            sub(/^[.\047]/, "\\\\\\&&", text)
            return text
        }
        function is_text(row) { return row ~ /^ / && substr(row, 1, 26) ~ /^ +$/ }
        { line[NR] = $0 }
        END {
            everywhere = level == "program" ? "^  -h, --help" : "^  (-h, --help|--version)"
            for (i = 1; i <= NR; i++) {
                if (line[i] ~ /^OVERVIEW: /) overview = substr(line[i], 11)
                else if (line[i] ~ /^USAGE: /) usage = substr(line[i], 8)
                else if (usage == "" && line[i] != "") about = about "\n.PP\n" escaped(line[i])
                if (usage != "") break
            }
            if (level == "program") {
                short = overview
                sub(/\.$/, "", short)
                print ".SH NAME\n" name " \\- " escaped(tolower(substr(short, 1, 1)) substr(short, 2))
                print ".SH SYNOPSIS\n.B " escaped(usage) "\n.SH DESCRIPTION\n" escaped(overview) about
            } else {
                print ".SS " escaped(usage) "\n" escaped(overview) about
            }
            while (++i <= NR) {
                if (line[i] ~ /^[A-Z ]+:$/) {
                    section = substr(line[i], 1, length(line[i]) - 1)
                    heading = level == "program" ? ".SH " section "\n" : ""
                } else if (line[i] ~ /^  [^ ]/ && section !~ /SUBCOMMANDS$/ && line[i] !~ everywhere) {
                    label = is_text(line[i + 1]) ? substr(line[i], 3) : substr(line[i], 3, 23)
                    text = substr(is_text(line[i + 1]) ? line[++i] : line[i], 27)
                    sub(/ +$/, "", label)
                    printf "%s", heading
                    heading = ""
                    print ".TP\n.B " escaped(label) "\n" escaped(text)
                }
            }
        }'
}

# The names of the commands in a help text.
commands_in() { sed -nE '/SUBCOMMANDS:$/,$ s/^  ([a-z][a-z-]*)( .*|$)/\1/p'; }

# describe COMMAND...: and what is below it.
describe() {
    local help name
    help=$(help_of "$@")
    name=$(commands_in <<<"$help")
    [ -n "$name" ] || roff command <<<"$help"
    for name in $name; do describe "$@" "$name"; done
}

help=$(help_of)
printf '.TH %s 8 "" warehouse-connections "System administration"\n.nh\n.ad l\n' "${name^^}"
roff program <<<"$help"
commands=$(commands_in <<<"$help")
[ -z "$commands" ] || echo '.SH COMMANDS'
for command in $commands; do describe "$command"; done
cat <<'END'
.SH EXIT STATUS
As in sysexits(3): 0 done, 1 the answer is no, 64 usage, 65 bad data, 66 no such store or file, 69 the store is
unavailable, 73 cannot create, 74 input or output failed, 75 try again, 78 bad environment.
END
