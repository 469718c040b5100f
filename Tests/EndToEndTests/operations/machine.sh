#!/usr/bin/env bash
# A throw-away machine: the files of this one with all changes in memory, processes and network of its own, and the real
# systemd as process 1. What it does not share is gone when this script is, however it ends.
# shellcheck disable=SC2317  # clean_up is reached, by the trap
set -euo pipefail

usage="usage: machine.sh --check | PROGRAMS DIRECTORY

  --check    say whether a machine can run here; nothing stays of it
  PROGRAMS   a directory with warehoused and warehousectl
  DIRECTORY  is /operations there: DIRECTORY/run is run by root, DIRECTORY/log takes its output

The project is /srv/warehouse-connections there, with the programs in its folder programs. Exits as run does."

fail() { echo "machine.sh: $2" >&2; exit "$1"; }

project=$(cd "$(dirname "$0")/../../.." && pwd)
mine=(unshare --mount --propagation private)
namespaces=("${mine[@]}" --pid --net --ipc --uts --cgroup --fork --kill-child)

# The files of this machine at $1/root: what is written there goes to memory.
mount_files() {
    mount -t tmpfs -o mode=755 tmpfs "$1"
    mkdir "$1"/{cgroup,root,upper,work,project,project-work}
    mount -t overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" overlay "$1/root"
    mount -t cgroup2 cgroup2 "$1/cgroup"
}

# What a kernel gives to each machine, and none of what this kernel has but once: its settings stay out of reach.
mount_kernel() {
    mount -t proc proc "$1/proc"
    mount --bind "$1/proc/sys" "$1/proc/sys"
    mount -o remount,bind,ro "$1/proc/sys"
    [ ! -e "$1/proc/sysrq-trigger" ] || mount --bind /dev/null "$1/proc/sysrq-trigger"
    mount -t sysfs -o ro sysfs "$1/sys"
    mount -t cgroup2 cgroup2 "$1/sys/fs/cgroup"
    mount -t tmpfs -o mode=755 tmpfs "$1/run"
    mount -t tmpfs -o mode=1777 tmpfs "$1/tmp"
    mount -t tmpfs -o mode=755 tmpfs "$1/dev"
    local device
    for device in null zero full random urandom tty; do
        touch "$1/dev/$device"
        mount --bind "/dev/$device" "$1/dev/$device"
    done
    mkdir "$1"/dev/{pts,shm}
    mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$1/dev/pts"
    mount -t tmpfs -o mode=1777 tmpfs "$1/dev/shm"
    ln -s pts/ptmx "$1/dev/ptmx"
    ln -s /proc/self/fd "$1/dev/fd"
}

# A debug build links the libraries of its toolchain, which the unit of the responder may not execute.
move_libraries() {
    local library
    ldd "$1"/warehouse{d,ctl} | sed -nE 's|.* => (/[^ ]+) .*|\1|p' | sort -u | while read -r library; do
        case $(readlink -f "$library") in /lib/* | /usr/lib/*) continue ;; esac
        cp -L "$library" "$2/usr/lib/"
        rm "$2$library"
    done
}

case ${1-} in
    --help | -h) echo "$usage"; exit ;;
    --check)
        [ "$(id -u)" -eq 0 ] || fail 69 "needs root"
        [ -x /lib/systemd/systemd ] || fail 69 "no systemd: apt-get install systemd"
        "${mine[@]}" "$0" --try || fail 69 "no machine can run here: it needs mounts, namespaces and control groups"
        exit ;;
    --try)
        mount_files /mnt
        exec "${namespaces[@]}" "$0" --try-kernel ;;
    --try-kernel)
        mount_kernel /mnt/root
        rmdir "$(mktemp -d /mnt/root/sys/fs/cgroup/machine.XXXXXX)"
        exit ;;
    --make | --remove)
        mount -t cgroup2 cgroup2 /mnt
        if [ "$1" = --make ]; then
            mkdir "/mnt/$2"
            # What a run has left that was killed.
            for group in /mnt/warehouse-machine.*; do
                [ -d "/proc/${group##*.}" ] || find "$group" -depth -type d -exec rmdir {} + || true
            done
        else
            find "/mnt/$2" -depth -type d -exec rmdir {} +
        fi
        exit ;;
    --files)                              # with mounts of its own
        mount_files "$3/machine"
        echo $$ >"$3/machine/cgroup/$4/cgroup.procs"
        exec "${namespaces[@]}" "$0" --boot "$2" "$3" ;;
    --boot)                               # as process 1
        root=$3/machine/root
        move_libraries "$2" "$root"
        mkdir -p "$root/operations" "$root/srv/warehouse-connections"
        mount --bind "$3" "$root/operations"
        layers=lowerdir=$project,upperdir=$3/machine/project,workdir=$3/machine/project-work
        mount -t overlay -o "$layers" overlay "$root/srv/warehouse-connections"
        mkdir -p "$root/srv/warehouse-connections/programs"
        cp "$2"/warehouse{d,ctl} "$root/srv/warehouse-connections/programs/"
        mount -t tmpfs -o mode=755 tmpfs "$root/var/lib/apt/lists"    # there is no newer package to ask for
        mount_kernel "$root"
        # A machine of one's own has no policy against starting services, as an image for containers has.
        rm -f "$root/usr/sbin/policy-rc.d"
        : >"$root/etc/fstab"
        tr -d - </proc/sys/kernel/random/uuid >"$root/etc/machine-id"
        cat >"$root/etc/systemd/system/operations.service" <<END
[Unit]
Requires=basic.target
After=basic.target
SuccessAction=exit-force
FailureAction=exit-force
[Service]
Type=oneshot
ExecStart=/operations/run
StandardOutput=append:/operations/log
StandardError=append:/operations/log
END
        hostname machine
        cd "$root"
        pivot_root . mnt
        umount -l /mnt
        # As systemd does where it is in no container: it mounts what a service gets, and that has to come back to it.
        mount --make-rshared /
        # Neither the clock nor modules nor the log of this kernel.
        lost=-sys_module,-sys_rawio,-sys_time,-sys_boot,-syslog,-audit_control,-audit_read,-mac_admin,-mac_override
        exec env -i container=machine PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin \
            setpriv --bounding-set "$lost" --inh-caps "$lost" \
            /lib/systemd/systemd --unit=operations.service --log-target=journal --show-status=no </dev/null ;;
esac
[ $# -eq 2 ] || fail 64 "wrong arguments, see machine.sh --help"
for program in warehoused warehousectl; do
    [ -x "$1/$program" ] || fail 66 "$1/$program: no such program: build it first"
done
[ -x "$2/run" ] || fail 66 "$2/run: cannot be run"
programs=$(cd "$1" && pwd) directory=$(cd "$2" && pwd) group=warehouse-machine.$$ machine=''

clean_up() {
    trap '' INT TERM
    # Process 1 takes with it all that runs there; if it is not there yet, its parent goes.
    if [ -n "$machine" ]; then
        pkill -KILL --parent "$machine" || kill -KILL "$machine" 2>/dev/null || true
        wait "$machine" 2>/dev/null || true
    fi
    # The processes vanish a moment after the first of them.
    local deadline=$((SECONDS + 5))
    until "${mine[@]}" "$0" --remove "$group" 2>/dev/null || [ "$SECONDS" -ge "$deadline" ]; do sleep 0.1; done
    rmdir "$directory/machine" || true
}
mkdir "$directory/machine"
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
"${mine[@]}" "$0" --make "$group"
# Not even a SIGKILL of this script leaves it running.
setpriv --pdeathsig KILL "${mine[@]}" "$0" --files "$programs" "$directory" "$group" &
machine=$!
status=0
wait "$machine" || status=$?
machine=''
exit "$status"
