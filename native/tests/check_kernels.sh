#!/usr/bin/env bash
# Builds the inner loops of all instruction sets with AddressSanitizer and UndefinedBehaviorSanitizer, and checks them:
# native/tests/check_kernels.sh. They include no other library, so this takes about half a minute, and seconds when
# nothing has changed.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
kernels=../torch/kernels/isa
out=../../artifacts/native/check
mkdir -p "$out"
common=(-std=c++17 -O1 -g1 -fPIC -fsanitize=address,undefined -fno-sanitize-recover=all -Wall -Wextra)
avx512=(-mavx512f -mavx512bw -mavx512dq -mavx512vl -mfma -mprefer-vector-width=512)

# Prints the commands that compile the files of one instruction set: compile NAME FLAG...
compile() {
    local file
    for file in "$kernels"/*.cpp; do
        echo "c++ ${common[*]} -ffp-contract=fast -fno-math-errno -fno-trapping-math ${*:2} -DDIT_ISA=$1 -c $file -o $out/$1-$(basename "$file" .cpp).o"
    done
}

if [[ ! -x $out/check_kernels || -n $(find . "$kernels" -type f -newer "$out/check_kernels") ]]; then
    main=()
    {
        compile portable
        if [[ $(uname -m) == x86_64 ]]; then
            main=(-DDIT_X86)
            compile avx2 -mavx2 -mfma
            compile avx512 "${avx512[@]}"
            compile avx512_bf16 "${avx512[@]}" -mavx512bf16
        fi
    } > "$out/commands"
    rm -f "$out"/*.o
    xargs -P "$(nproc)" -I{} sh -c '{}' < "$out/commands"
    c++ "${common[@]}" "${main[@]}" check_kernels.cpp "$out"/*.o -o "$out/check_kernels"
fi
"$out/check_kernels"
