#!/bin/sh
# The installed command (`sh setup.sh install` makes it): `aulens TASK ARGUMENTS` runs TASK in the current folder with the flags that deno.json
# gives `deno task TASK`, its lock and its configuration. It maps a name of deno.json to its flags and does nothing else.
set -euf

project=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
tasks=$(sed -n 's|^ *"\([a-z]*\)": "deno run .* tasks/\1\.ts .*|\1|p' "$project/deno.json")

usage() {
  printf 'Usage: aulens TASK [arguments]\n\n'
  printf 'Tasks:\n'
  printf '  %s\n' $tasks
  printf '\naulens TASK --help says what a task does and lists its options.\n'
}

fail() {
  printf 'aulens: %s\n' "$1" >&2
  exit 1
}

if [ $# -eq 0 ]; then
  usage >&2
  exit 1
fi
case $1 in
-h | --help)
  usage
  exit 0
  ;;
'' | *[!a-z]*) name= ;;
*) name=$1 ;;
esac
case " $(printf '%s ' $tasks)" in
*" ${name:-?} "*) ;;
*) fail "$1: there is no such task. Remedy: aulens --help lists them." ;;
esac

# Whoever has no home to write to keeps downloads where setup.sh put them.
if [ -z "${DENO_DIR:-}" ] && [ -d "$project/.setup/cache" ] && ! [ -w "${XDG_CACHE_HOME:-${HOME:-/nonexistent}/.cache}" ]; then
  export DENO_DIR="$project/.setup/cache/deno" XDG_CACHE_HOME="$project/.setup/cache"
fi
PATH=$project/.setup/node_modules/.bin:$PATH # where setup.sh puts Deno if it may put it nowhere else
command -v deno >/dev/null || fail "Deno is missing. Remedy: sh '$project/setup.sh'"

flags=$(sed -n "s|^ *\"$name\": \"deno run \(.*\) tasks/$name\.ts .*|\1|p" "$project/deno.json")
shift
set -- "$project/tasks/$name.ts" --installed "$@"
for flag in $flags; do
  case $flag in --*=tasks/* | --*=deno.*) flag=${flag%%=*}=$project/${flag#*=} ;; esac
  set -- "$flag" "$@"
done
exec deno run --config "$project/deno.json" "$@"
