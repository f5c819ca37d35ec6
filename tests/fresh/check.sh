#!/bin/sh
# Runs the README's commands on machines that hold nothing yet: `deno task test-fresh [bookworm|trixie]`, both where none is named. Builds a
# minimal Debian (certificates, Node.js, npm, nothing else), copies this tree into it, uncommitted files too, and runs there
#   as root   the commands on the bare system;
#   as user   with no home that can be written: on the bare system setup.sh has to end within a minute, with 1 and the line that an administrator
#             runs; after that line the commands have to pass.
#
#   --as root|user   only one of the two
#   --run COMMAND    instead of the README's commands; may be given several times
#   --base FOLDER    keeps the bare systems there and takes them from there: building one takes minutes
#
# Needs root, debootstrap and room for 4 GB in $TMPDIR (default /var/tmp). The package mirror, proxy, certificates and npm's settings are those of
# this machine. Each step has a limit and runs in a mount and process namespace of its own, which ends with it: this machine's mounts stay as they
# are, and nothing outlives the step. Ctrl-C and SIGTERM end the step.
set -eu
cd "$(dirname "$0")/../.."

BUILD_LIMIT=1800   # seconds for building a system
REFUSAL_LIMIT=60   # within which setup.sh has to say what an administrator must do
COMMAND_LIMIT=3600 # for each command

fail() {
  echo "test-fresh: $*" >&2
  exit 2
}

systems=
who="root user"
base=
work=$(mktemp -d -p "${TMPDIR:-/var/tmp}" aulens-fresh-XXXXXX) || fail "no temporary folder could be made in ${TMPDIR:-/var/tmp}."
commands=$work/commands
: >"$commands"

step= # what is running
end() {
  code=$?
  trap - EXIT
  trap '' INT TERM HUP # a second one, which `deno task` hands on, does not stop the tidying
  if [ -n "$step" ]; then
    # timeout leads a group of its own; one that is killed alone leaves what it started.
    kill -KILL -- "-$step" 2>/dev/null || kill -KILL "$step" 2>/dev/null || true
    wait "$step" 2>/dev/null || true
  fi
  echo "test-fresh: removing $work" >&2
  # Its folder may be in use for a moment after the kill.
  rm -rf --one-file-system "$work" 2>/dev/null || { sleep 1 && rm -rf --one-file-system "$work"; }
  if [ -n "$base" ]; then rm -rf --one-file-system "$base"/*."$$"; fi
  exit "$code"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

while [ $# -gt 0 ]; do
  case $1 in
    bookworm | trixie) systems="$systems $1" ;;
    --as | --run | --base)
      [ $# -gt 1 ] || fail "$1 needs a value."
      case $1 in
        --as)
          case $2 in root | user) who=$2 ;; *) fail "--as $2: expected root or user." ;; esac
          ;;
        --run) printf '%s\n' "$2" >>"$commands" ;;
        --base) base=$2 ;;
      esac
      shift
      ;;
    *) fail "$1: expected bookworm, trixie, --as root|user, --run COMMAND or --base FOLDER." ;;
  esac
  shift
done
: "${systems:=bookworm trixie}"
# The README's first block.
[ -s "$commands" ] || sed -n '/^```sh$/,/^```$/{/^```sh$/d;/^```$/q;p}' README.md >"$commands"
[ -s "$commands" ] || fail "README.md has no block of commands."

[ "$(id -u)" -eq 0 ] || fail "building a system and mounting in it need root. Run it as root."
command -v debootstrap >/dev/null || fail "debootstrap is missing. Remedy: apt-get install debootstrap"
unshare --mount --pid --fork --kill-child mount -t tmpfs tmpfs /mnt 2>"$work/mount" ||
  fail "this machine lets nobody mount, not even root (a container without the right to?): $(cat "$work/mount")"
if [ -n "$base" ]; then mkdir -p "$base" && base=$(cd "$base" && pwd) || fail "--base $base: cannot be made."; fi

# Runs a command with a limit, in namespaces of its own, in the background so that signals are heard at once; its output goes to $work/log.
bounded() { # SECONDS COMMAND...
  limit=$1
  shift
  started=$(date +%s)
  timeout --signal=KILL "$limit" unshare --mount --pid --fork --kill-child --mount-proc "$@" </dev/null >"$work/log" 2>&1 &
  step=$!
  code=0
  wait "$step" || code=$?
  step=
  seconds=$(($(date +%s) - started))
  if [ "$code" -eq 137 ] && [ "$seconds" -ge "$limit" ]; then echo "It did not end within $limit s and was killed." >>"$work/log"; fi
}

# Runs a command in a system, as a user of it. The first shell is the namespace's process 1: it collects orphans.
inside() { # SYSTEM USER SECONDS COMMAND
  # shellcheck disable=SC2016 # the inner shell's variables
  bounded "$3" sh -c '
    mount -t proc proc "$1/proc" && mount -t sysfs -o ro sysfs "$1/sys" || exit 1
    home=/nonexistent
    [ "$2" = root ] && home=/root
    env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=$home LANG=C.UTF-8 \
      chroot --userspec="$2" "$1" sh -c ". /etc/fresh.env; cd \"\$1\"; eval \"\$2\"" sh "$3" "$4"
    exit $?' sh "$1" "$2" "${5:-/srv/aulens}" "$4"
}

failures=0
# Says how a step ended, and what it said last where it did not end as expected.
tell() { # NAME EXPECTED_CODE
  if [ "$code" -eq "$2" ]; then
    printf '%-70s %5s s  ok\n' "$1" "$seconds"
    return
  fi
  printf '%-70s %5s s  FAILED (exit code %s, expected %s). Its last words:\n' "$1" "$seconds" "$code" "$2"
  { # what failed may have been said long before the end
    sed -n '/ ERRORS /,/ FAILURES /p' "$work/log" | head -n 120
    tail -n 60 "$work/log"
  } | sed 's/^/    /'
  failures=$((failures + 1))
  return 1
}

# What the network needs of this machine: the settings of apt, npm and certificates, as they are now.
lend_network() { # SYSTEM
  # What is there may be links that lead out of the system: replaced, never written through.
  cp -L --remove-destination /etc/resolv.conf /etc/hosts "$1/etc/"
  rm -rf "$1/etc/ssl/certs"
  cp -RL /etc/ssl/certs "$1/etc/ssl/certs"
  for file in /etc/apt/auth.conf /etc/apt/auth.conf.d; do
    if [ -e "$file" ]; then cp -RL "$file" "$1/etc/apt/"; fi
  done
  apt-config dump | grep -E '^Acquire::(https?|Check|Retries)' >"$1/etc/apt/apt.conf.d/99machine" || true
  {
    export -p | grep -iE '^export (https?_proxy|no_proxy|all_proxy|npm_config_[a-z_]+|NODE_EXTRA_CA_CERTS|SSL_CERT_(FILE|DIR)|DENO_CERT|DENO_TLS_CA_STORE)=' |
      grep -viE '^export npm_config_(prefix|cache|userconfig|globalconfig)' || true
    for name in registry cafile proxy https-proxy noproxy; do
      value=$(npm config get "$name" 2>/dev/null || true)
      case $value in "" | null | undefined) continue ;; esac
      printf "export npm_config_%s='%s'\n" "$(echo "$name" | tr - _)" "$value"
      if [ "$name" = registry ]; then printf "export NPM_CONFIG_REGISTRY='%s'\n" "$value"; fi
    done
  } >"$1/etc/fresh.env"
  for file in "${NODE_EXTRA_CA_CERTS:-}" "${SSL_CERT_FILE:-}" "${DENO_CERT:-}" "$(npm config get cafile 2>/dev/null || true)"; do
    if [ -f "$file" ] && ! [ -e "$1$file" ]; then
      mkdir -p "$1$(dirname "$file")"
      cp -L "$file" "$1$file"
    fi
  done
}

mirror() {
  # shellcheck disable=SC2016 # apt's variables
  apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -m 1 -E '/debian/?$' || true
}

# A bare system of a release: $bare, from the base or new; not there where it could not be built.
build() { # RELEASE
  bare=${base:-$work}/$1
  if [ -d "$bare" ]; then return; fi
  partial=$bare.$$
  # shellcheck disable=SC2046 # no mirror is no argument: debootstrap knows one
  bounded "$BUILD_LIMIT" debootstrap --variant=minbase --include=ca-certificates "$1" "$partial" $(mirror)
  tell "$1: debootstrap" 0 || return 0
  lend_network "$partial"
  inside "$partial" root "$BUILD_LIMIT" \
    "apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends nodejs npm && apt-get clean" /
  tell "$1: Node.js and npm" 0 || return 0
  rm -rf "$partial/var/lib/apt/lists"
  mkdir -p "$partial/var/lib/apt/lists/partial"
  mv "$partial" "$bare"
}

# A copy of the bare system with this tree in it: $system.
furnish() { # OWNER
  system=$work/system
  rm -rf --one-file-system "$system"
  cp -a "$bare" "$system"
  lend_network "$system"
  mkdir -p "$system/srv/aulens"
  # Files that were removed and not committed are listed, too.
  git ls-files -z --cached --others --exclude-standard | xargs -0 sh -c 'for f; do [ ! -e "$f" ] || printf "%s\\0" "$f"; done' sh |
    tar --create --null --files-from=- --owner=0 --group=0 | tar --extract -C "$system/srv/aulens" --no-same-permissions
  if [ "$1" != root ]; then
    chroot "$system" useradd --no-create-home --home-dir /nonexistent "$1"
    chroot "$system" chown -R "$1:$1" /srv/aulens
  fi
}

pass() { # RELEASE USER
  while read -r line; do
    inside "$system" "$2" "$COMMAND_LIMIT" "$line"
    tell "$1, $2: $line" 0 || return 0
  done <"$commands"
}

echo "test-fresh:$systems, as $who, on $(nproc) processors$(grep -q -m 1 ' avx512f' /proc/cpuinfo && echo ' with AVX-512')"
for release in $systems; do
  build "$release"
  [ -d "$bare" ] || continue
  for user in $who; do
    if [ "$user" = root ]; then
      furnish root
      pass "$release" root
      continue
    fi
    furnish user
    inside "$system" user "$REFUSAL_LIMIT" "$(head -n 1 "$commands")"
    tell "$release, user, bare: $(head -n 1 "$commands") is refused" 1 || continue
    line=$(grep '^apt-get ' "$work/log" || true)
    if [ -z "$line" ] || [ "$(printf '%s\n' "$line" | wc -l)" -ne 1 ]; then
      code=1
      tell "$release, user, bare: one line for an administrator" 0 || continue
    fi
    inside "$system" root "$BUILD_LIMIT" "$line"
    tell "$release, administrator: $line" 0 || continue
    pass "$release" user
  done
done
if [ "$failures" -gt 0 ]; then
  echo "test-fresh: $failures failed."
  exit 1
fi
echo "test-fresh: all passed."
