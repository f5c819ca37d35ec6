#!/bin/sh
# Runs a command as on a processor without AVX-512: `sh bench/without_avx512.sh deno task bench`. Mesa's software driver then gets a copy of
# itself that tells LLVM "-avx512..." where it would tell "+avx512...", so that it compiles kernels for AVX2. What the processor itself does well
# or badly stays: times are not those of another machine, but kernels that AVX-512 saves show. Nothing is installed or changed.
set -eu
[ $# -gt 0 ] || { echo "usage: sh bench/without_avx512.sh COMMAND..." >&2; exit 2; }
driver=$(find -L /usr/lib /usr/lib64 -name 'libvulkan_lvp.so' 2>/dev/null | head -n 1)
[ -n "$driver" ] || { echo "without_avx512: Mesa's software driver (libvulkan_lvp.so) is not there. Remedy: sh setup.sh" >&2; exit 2; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
LC_ALL=C sed 's/+avx512/-avx512/g' "$driver" >"$folder/libvulkan_lvp.so"
if cmp -s "$driver" "$folder/libvulkan_lvp.so"; then
  echo "without_avx512: $driver names no AVX-512 that could be turned off: it would run as it is." >&2
  exit 2
fi
printf '{"file_format_version": "1.0.0", "ICD": {"library_path": "%s", "api_version": "1.1.0"}}\n' "$folder/libvulkan_lvp.so" >"$folder/driver.json"
# Mesa keeps compiled kernels by the driver's build, which both copies share: one folder for each.
mkdir "$folder/cache"
VK_DRIVER_FILES=$folder/driver.json VK_ICD_FILENAMES=$folder/driver.json MESA_SHADER_CACHE_DIR=$folder/cache "$@"
