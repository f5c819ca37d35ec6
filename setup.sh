#!/bin/sh
# Makes a bare machine ready, then runs a task: `sh setup.sh train --steps 500`, `sh setup.sh test`. With no task it stops
# there.
#
# Installs Deno from npm where it is missing or too old, and, only where no WebGPU adapter answers, Mesa's software Vulkan
# driver and a font from the system's packages. Changes nothing on a machine that has them. On a terminal it asks first,
# unless it runs as root or with CI=true.
set -eu
cd "$(dirname "$0")"

deno_release=2.9.6 # what is installed; 2.9 is the least that works
local_bin=$PWD/.setup/node_modules/.bin
system_packages="libvulkan1 mesa-vulkan-drivers fontconfig-config fonts-dejavu-core"

say() { printf 'setup: %s\n' "$*" >&2; }

fail() {
  say "$@"
  exit 1
}

# Asks before the first change to the machine, where there is somebody to ask.
agree() {
  if [ "$(id -u)" -eq 0 ] || [ "${CI:-}" = true ] || ! [ -t 0 ] || ! [ -t 2 ]; then return 0; fi
  printf 'setup: go on? [Y/n] ' >&2
  read -r answer
  case $answer in "" | y | Y | yes) ;; *) fail "nothing was installed." ;; esac
}

# Runs a command whose output matters only when it fails.
quietly() {
  log=$(mktemp)
  if "$@" >"$log" 2>&1; then
    rm -f "$log"
  else
    cat "$log" >&2
    rm -f "$log"
    return 1
  fi
}

# True for a version of 2.9 or later, such as 2.9.6, 2.10.0 or 3.0.0-rc.1.
is_recent() {
  major=${1%%.*}
  minor=${1#*.}
  minor=${minor%%.*}
  case $major.$minor in *[!0-9.]* | .* | *.) return 1 ;; esac
  [ "$major" -gt 2 ] || { [ "$major" -eq 2 ] && [ "$minor" -ge 9 ]; }
}

has_deno() { is_recent "$(deno --version 2>/dev/null | sed -n '1s/^deno \([^ ]*\).*/\1/p')"; }

has_adapter() { deno eval 'Deno.exit(await navigator.gpu?.requestAdapter() ? 0 : 1)' >/dev/null 2>&1; }

install_deno() {
  command -v npm >/dev/null ||
    fail "Deno 2.9 or later is needed, and npm to install it: install Node.js with npm, or Deno itself, and try again."
  prefix=$(npm prefix --global 2>/dev/null)
  PATH=$prefix/bin:$PATH
  if has_deno; then return; fi
  if [ -w "$prefix/bin" ] && [ -w "$prefix/lib" ]; then
    say "installing Deno $deno_release with npm, into $prefix"
    set -- --global
  else
    say "installing Deno $deno_release with npm, into .setup ($prefix is not writable)"
    set -- --prefix .setup
  fi
  agree
  quietly npm install "$@" --loglevel=error "deno@$deno_release" || fail "npm could not install Deno; its words are above."
  if [ "$1" = --prefix ]; then say "to call deno by hand: export PATH=\"$local_bin:\$PATH\""; fi
  has_deno || fail "Deno was installed but does not start: try 'deno --version'."
}

install_adapter() {
  command -v apt-get >/dev/null ||
    fail "no WebGPU adapter answers. Install a Vulkan driver for the GPU or Mesa's software driver
  (Fedora: mesa-vulkan-drivers; Arch: vulkan-swrast; Alpine: mesa-vulkan-swrast) and the DejaVu fonts, and try again."
  as_root=
  if [ "$(id -u)" -ne 0 ]; then
    as_root=sudo
    command -v sudo >/dev/null || fail "no WebGPU adapter answers. Run as root: apt-get install $system_packages"
  fi
  say "no WebGPU adapter answers: installing Mesa's software driver and a font with apt-get ($system_packages)"
  agree
  # shellcheck disable=SC2086 # both are lists of words
  quietly $as_root apt-get update -q &&
    quietly $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $system_packages ||
    fail "apt-get could not install them; its words are above."
  has_adapter || fail "there is still no WebGPU adapter: 'deno task doctor' says what is known."
}

PATH=$local_bin:$PATH
has_deno || install_deno
has_adapter || install_adapter

if [ $# -gt 0 ]; then exec deno task --quiet "$@"; fi
say "ready."
