#!/usr/bin/env bash
# Checks the CUDA kernels without a GPU: native/tests/check_cuda.sh
#   1. run thread by thread on this processor, with AddressSanitizer and UndefinedBehaviorSanitizer, against double;
#   2. compiled to PTX for sm_80 and sm_90, where clang 16 or later is installed;
#   3. with --library (minutes): what uses libtorch's CUDA headers, compiled against Debian's; and the whole library with
#      these kernels in place of the processor's, by check_ops.py.
# None of it shows that they run on a device: native/tests/check_ops.py LIBRARY cuda does, on a machine that has one.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
kernels=../torch/cuda
out=../../artifacts/native/check_cuda
mkdir -p "$out"
common="-std=c++17 -O1 -g1 -fsanitize=address,undefined -fno-sanitize-recover=all -Wall -Wextra -Wno-unknown-pragmas"

if [[ ! -x $out/check_cuda || -n $(find . "$kernels" -type f -newer "$out/check_cuda") ]]; then
    rm -f "$out"/*.o
    {
        echo "c++ $common -c check_cuda.cpp -o $out/check_cuda.o"
        for file in "$kernels"/*.cu; do
            echo "c++ $common -I cuda/emulation -x c++ -c $file -o $out/$(basename "$file" .cu).o"
        done
    } | xargs -P "$(nproc)" -I{} sh -c '{}'
    c++ $common "$out"/*.o -o "$out/check_cuda"
fi
"$out/check_cuda"

clang=$(compgen -c clang++- | grep -E '^clang\+\+-[0-9]+$' | sort -t- -k2 -n | tail -1 || true)
if [[ -z $clang || ${clang##*-} -lt 16 ]]; then
    echo "PTX not checked: it needs clang 16 or later"
else
    for arch in sm_80 sm_90; do
        for file in "$kernels"/*.cu; do
            echo "$clang -x cuda --cuda-device-only -nocudainc -nocudalib --cuda-gpu-arch=$arch -Xclang -target-feature -Xclang +ptx78" \
                "-std=c++17 -O3 -Wall -Wextra -Werror -D__CUDACC__ -I cuda/stub -S $file -o $out/$(basename "$file" .cu).$arch.ptx"
        done
    done | xargs -P "$(nproc)" -I{} sh -c '{}'
    echo "PTX for sm_80 and sm_90: $(cat "$out"/*.sm_80.ptx | grep -c '\.entry') kernels each"
fi

if [[ ${1:-} == --library ]]; then
    for file in cuda_graph.cpp engine.cpp cuda/operators.cpp; do  # what uses libtorch's CUDA headers
        echo "c++ -std=c++17 -fsyntax-only -DDIT_CUDA -DDIT_CUDA_KERNELS -fopenmp -Wall -Wextra -Werror -I ../torch" \
            "-isystem cuda/host -isystem /usr/include/torch/csrc/api/include ../torch/$file"
    done | xargs -P "$(nproc)" -I{} sh -c '{}'
    cmake -S .. -B "$out/library" -G Ninja -DDIT_CUDA=EMULATED > "$out/library.log"
    cmake --build "$out/library" --target dit_torch
    /usr/bin/python3 check_ops.py "$out/library/libdit_torch.so"  # Debian's, for which setup installs PyTorch
fi
