#!/usr/bin/env bash
# Builds the native libraries into artifacts/native/lib: native/build.sh [CMAKE_TARGET...]
# Safe to call from several builds at once; a second call with nothing changed does next to nothing.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
out="$root/artifacts/native"

for tool in cmake ninja c++ flock; do
    if ! command -v "$tool" > /dev/null; then
        echo "error: '$tool' was not found, which the native libraries are built with: run ./build.sh setup" >&2
        exit 1
    fi
done

mkdir -p "$out"
exec 9> "$out/lock"
flock 9

cmake_log="$out/configure.log"
if ! cmake -S "$root/native" -B "$out/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DDIT_LIBTORCH="${DIT_LIBTORCH:-}" \
    -DDIT_CUDA="${DIT_CUDA:-AUTO}" > "$cmake_log" 2>&1; then
    cat "$cmake_log" >&2
    echo "error: the native libraries could not be configured; if libtorch or libvips is missing, run ./build.sh setup" >&2
    exit 1
fi
cmake --build "$out/build" ${1:+--target "$@"}
