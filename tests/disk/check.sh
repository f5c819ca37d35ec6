#!/bin/sh
# Trains on a disk of 30 MB, which holds two checkpoints, and on the same one read-only. It is memory, mounted for the check. Needs root.
set -eu
cd "$(dirname "$0")/../.."
if [ "$(id -u)" -ne 0 ]; then
  echo "test-disk: mounting a disk needs root." >&2
  exit 1
fi
disk=$(mktemp -d)
mount -t tmpfs -o size=30m tmpfs "$disk"
trap 'umount "$disk"; rmdir "$disk"' EXIT
DISK="$disk" deno test --quiet --lock=deno.all.lock --allow-read --allow-write --allow-env --allow-ffi --allow-run --no-prompt \
  tests/disk/disk_check.ts
