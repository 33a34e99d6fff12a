#!/usr/bin/env bash
# Runs one of the scripts beside this file with the Python of setup.sh's folder; the project and shared/ are mounted
# inside under the paths they have outside.
#   run.sh make_parity.py [ARGS…]        QWILL_REFERENCE_DIR names another folder than /var/tmp/ref-trixie
set -euo pipefail
dir=${QWILL_REFERENCE_DIR:-/var/tmp/ref-trixie}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
for path in "$root" "$(dirname "$root")/shared" ${QWILL_REFERENCE_MOUNT:+"$QWILL_REFERENCE_MOUNT"}; do
  [[ -d $path ]] || continue
  mkdir -p "$dir$path"
  mountpoint -q "$dir$path" || mount --bind "$path" "$dir$path"
done
mountpoint -q "$dir/proc" || mount -t proc proc "$dir/proc"
script=$1; [[ $script == /* ]] || script=$here/$script
exec nice -n 10 chroot "$dir" env HF_HUB_OFFLINE=1 OMP_NUM_THREADS="${OMP_NUM_THREADS:-1}" /opt/reference/bin/python "$script" "${@:2}"
