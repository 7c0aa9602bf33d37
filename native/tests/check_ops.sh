#!/usr/bin/env bash
# Builds the operators with AddressSanitizer and UndefinedBehaviorSanitizer, on Debian's libtorch, and runs the
# small cases of check_ops.py on them, forward and backward: native/tests/check_ops.sh. Objects of check_kernels.sh, which goes first, are
# used again; seconds of building when nothing has changed.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
python=/usr/bin/python3  # Debian's, for which setup installs PyTorch
kernels=../torch/kernels
check=../../artifacts/native/check
out=$check/ops
library=$out/libdit_ops.so

mkdir -p "$out"
flags=(-std=c++17 -O1 -g1 -fPIC -fopenmp -fsanitize=address,undefined -fno-sanitize-recover=all
    -Wall -Wextra -I../torch -isystem /usr/include/torch/csrc/api/include)
[[ $(uname -m) == x86_64 ]] && flags+=(-DDIT_X86)
if [[ ! -f $library || $check/check_kernels -nt $library || -n $(find "$kernels" ../torch/cuda -type f -newer "$library") ]]; then
    rm -f "$out"/*.o
    printf '%s\n' "$kernels"/*.cpp | xargs -P "$(nproc)" -I{} sh -c "c++ ${flags[*]} -c {} -o $out/\$(basename {} .cpp).o"
    c++ "${flags[@]}" -shared "$out"/*.o "$check"/*.o -ltorch -ltorch_cpu -lc10 -o "$library"
fi

# Python and libtorch are not built with the sanitizers: what they keep until the end is no leak of ours. An interpreter
# started without its library has to be given it first.
LD_PRELOAD="$(c++ -print-file-name=libasan.so) $(c++ -print-file-name=libstdc++.so)" ASAN_OPTIONS=detect_leaks=0 \
    "$python" check_ops.py "$library" cpu quick
