#!/bin/sh
# Runs every check of this folder in a headless Chromium, which it installs with apt-get where it is missing (that needs root).
set -eu
cd "$(dirname "$0")/../.."
if ! command -v chromium >/dev/null; then
  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "test-browser: chromium is not on the PATH; install it, or run this as root where there is apt-get." >&2
    exit 1
  fi
  apt-get update -q >/dev/null
  DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium >/dev/null
fi
# Every permission: the package that steers the browser reads the environment, the system and its own files, and starts a process.
CHROMIUM=$(command -v chromium) deno test --quiet --lock=deno.all.lock --unstable-bundle --env-file=tasks/defaults.env --allow-all --no-prompt tests/browser/*_check.ts
