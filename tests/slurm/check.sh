#!/bin/sh
# Starts a Slurm cluster of one node in a temporary folder, runs the check of `crossval --engine slurm` on it, and ends it. Needs root.
set -eu
cd "$(dirname "$0")/../.."
dir=$(mktemp -d)
end() {
  for daemon in slurmd slurmctld; do
    [ -s "$dir/$daemon.pid" ] && kill "$(cat "$dir/$daemon.pid")" 2>/dev/null || true
  done
}
trap end EXIT
sh tests/slurm/start.sh "$dir"
SLURM_CONF="$dir/slurm.conf" deno test --quiet --lock=deno.all.lock --allow-read --allow-write --allow-env --allow-ffi --allow-sys \
  --allow-run --no-prompt tests/slurm/array_check.ts
