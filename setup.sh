#!/bin/sh
# Makes a bare machine ready, then runs a task: `sh setup.sh train --steps 500`, `sh setup.sh test`. With no task it stops
# there, and says "ready" only after a network was trained for a step; `sh setup.sh install [FOLDER]` then writes the command
# `aulens`, which runs the tasks in any folder.
#
# Installs Deno from npm where it is missing or too old, and, only where no WebGPU adapter answers, Mesa's software Vulkan
# driver and a font from the system's packages; the same where only Mesa's software OpenGL answers, which keeps a program
# from hearing Ctrl-C while it computes, and ends in other bits. Changes nothing on a machine that has them. On a terminal
# it asks first, unless it runs as root or with CI=true. Where no cache can be written (no home), what is downloaded goes into
# .setup.
set -eu
typed_in=$(pwd -P)
cd "$(dirname "$0")"

deno_release=2.9.6 # what is installed; 2.9 is the least that works
local_bin=$PWD/.setup/node_modules/.bin
system_packages="libvulkan1 mesa-vulkan-drivers fontconfig-config fonts-dejavu-core"

say() { printf 'setup: %s\n' "$*" >&2; }

fail() {
  say "$@"
  exit 1
}

# Asks before a change to the machine, where there is somebody to ask; false for a no.
agree() {
  if [ "$(id -u)" -eq 0 ] || [ "${CI:-}" = true ] || ! [ -t 0 ] || ! [ -t 2 ]; then return 0; fi
  printf 'setup: go on? [Y/n] ' >&2
  read -r answer
  case $answer in "" | y | Y | yes) ;; *) return 1 ;; esac
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

# Whether a folder can be written, or made where it is not there yet.
is_writable() {
  case $1 in /*) folder=$1 ;; *) folder=$PWD/$1 ;; esac
  while ! [ -e "$folder" ]; do folder=$(dirname "$folder"); done
  [ -d "$folder" ] && [ -w "$folder" ]
}

# Downloads go where they always go, or into .setup where there is no home that can be written.
choose_caches() {
  case $(uname) in Darwin) own=${HOME:-/nonexistent}/Library/Caches ;; *) own=${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache} ;; esac
  if [ -n "${DENO_DIR:-}" ]; then
    is_writable "$DENO_DIR" || fail "DENO_DIR=$DENO_DIR cannot be written, and Deno keeps what it downloads there: name another folder."
  elif ! is_writable "$own/deno"; then
    is_writable .setup ||
      fail "neither $own nor $PWD can be written, and downloads must be kept somewhere: set DENO_DIR to a folder that can."
    export DENO_DIR="$PWD/.setup/cache/deno"
    say "downloads are kept in .setup/cache ($own cannot be written); to call deno by hand: export DENO_DIR=\"$DENO_DIR\""
  fi
  # Mesa keeps its compiled kernels there.
  if ! is_writable "$own" && is_writable .setup; then export XDG_CACHE_HOME="$PWD/.setup/cache"; fi
}

# "none", "opengl" (Mesa's software driver with no Vulkan) or "ready".
adapter() {
  deno eval 'import { isOpenGl } from "./gpu/adapter.ts";
    const adapter = await navigator.gpu?.requestAdapter();
    console.log(!adapter ? "none" : isOpenGl(adapter) ? "opengl" : "ready");' 2>/dev/null || echo none
}

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
    is_writable .setup || fail "$PWD is not writable either: install Deno $deno_release or later yourself, and try again."
    set -- --prefix .setup
  fi
  agree || fail "nothing was installed."
  if ! is_writable "$(npm config get cache)"; then export npm_config_cache="$PWD/.setup/cache/npm"; fi
  quietly npm install "$@" --loglevel=error "deno@$deno_release" || fail "npm could not install Deno; its words are above."
  if [ "$1" = --prefix ]; then say "to call deno by hand: export PATH=\"$local_bin:\$PATH\""; fi
  has_deno || fail "Deno was installed but does not start: try 'deno --version'."
}

# Why Mesa's Vulkan driver could not be had: fatal where no adapter answers, else said.
cannot() {
  if [ "$answers" = none ]; then fail "no WebGPU adapter answers. $1"; fi
  say "going on with Mesa's software OpenGL. $1"
}

# What an administrator has to run, a line of its own.
for_an_administrator="Have an administrator run this line, then try again:
apt-get update && apt-get install -y --no-install-recommends $system_packages"

install_adapter() {
  if ! command -v apt-get >/dev/null; then
    cannot "Install a Vulkan driver for the GPU or Mesa's software driver
  (Fedora: mesa-vulkan-drivers; Arch: vulkan-swrast; Alpine: mesa-vulkan-swrast) and the DejaVu fonts, and try again."
    return
  fi
  as_root=
  if [ "$(id -u)" -ne 0 ]; then
    as_root=sudo
    if ! command -v sudo >/dev/null; then
      cannot "$for_an_administrator"
      return
    fi
  fi
  if [ "$answers" = none ]; then what="no WebGPU adapter answers"; else what="WebGPU has only Mesa's software OpenGL"; fi
  say "$what: installing Mesa's software Vulkan driver and a font with apt-get ($system_packages)"
  if ! agree; then
    cannot "Nothing was installed."
    return
  fi
  # shellcheck disable=SC2086 # both are lists of words
  if ! { quietly $as_root apt-get update -q &&
    quietly $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $system_packages; }; then
    cannot "apt-get could not install them; its words are above. $for_an_administrator"
    return
  fi
  [ "$(adapter)" != none ] || fail "there is still no WebGPU adapter: 'deno task doctor' says what is known."
}

# Writes the command `aulens` into a folder: a script that starts tasks/aulens.sh of this project.
install_command() {
  folder=${1:-${HOME:+$HOME/.local/bin}}
  case $folder in
  '') fail "HOME is not set. Remedy: sh setup.sh install FOLDER" ;;
  /*) ;;
  *) folder=$typed_in/$folder ;;
  esac
  command=$folder/aulens
  if { [ -e "$command" ] || [ -L "$command" ]; } && ! grep -q '/tasks/aulens\.sh' "$command" 2>/dev/null; then
    fail "$command is there and is another program. Remedy: sh setup.sh install FOLDER, with another folder."
  fi
  launcher=$(printf '%s\n' "$PWD/tasks/aulens.sh" | sed "s/'/'\\\\''/g")
  if ! { mkdir -p "$folder" && printf "#!/bin/sh\nexec sh '%s' \"\$@\"\n" "$launcher" >"$command.$$" &&
    chmod 755 "$command.$$" && mv -f "$command.$$" "$command"; } 2>/dev/null; then
    rm -f "$command.$$" 2>/dev/null || true
    fail "$command cannot be written. Remedy: sh setup.sh install FOLDER, with a folder that you may write to."
  fi
  say "installed $command"
  case :$PATH: in
  *:"$folder":*) ;;
  *) say "to call it as aulens: export PATH=\"$folder:\$PATH\"" ;;
  esac
}

# Draws a few faces and trains on them for a step: everything that a task needs has to be there.
try_out() {
  trial=$(mktemp -d)
  trap 'rm -rf "$trial"' EXIT
  quietly deno task --quiet prepare synthetic --subjects 10 --images-per-subject 1 --image-size 16 --output "$trial/faces" &&
    quietly deno task --quiet train --data "$trial/faces" --run "$trial/run" --steps 1 --batch 2
}

PATH=$local_bin:$PATH
choose_caches
has_deno || install_deno
answers=$(adapter)
[ "$answers" = ready ] || install_adapter

if [ "${1:-}" = install ]; then
  shift
  install_command "$@"
  exit
fi
export INIT_CWD="$typed_in" # relative paths begin where this was typed
if [ $# -gt 0 ]; then exec deno task --quiet "$@"; fi
try_out || fail "Deno and an adapter are there, but a small training does not run; its words are above. 'deno task doctor' says what is known."
say "ready."
