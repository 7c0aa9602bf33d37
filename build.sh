#!/usr/bin/env bash
# The project's one entry point on Linux: ./build.sh VERB [ARGUMENTS...]
#
#   setup   installs what a Debian 12 with only the .NET 10 SDK lacks (nothing, when all of it is there)
#   build   builds the native libraries and every project
#   test    setup with PyTorch, build, and all tests, native ones first; ends with "N passed, N failed"   (arguments go to `dotnet test`)
#   demo    setup, build, and samples/Mnist with its defaults              (arguments go to the sample)
#   bench   setup with PyTorch, build, and the benchmark against PyTorch   (arguments go to the benchmark)
#   pack    builds the NuGet packages into packages/
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

readonly packages=(libtorch-dev libdnnl-dev libopenblas0-openmp libgloo-dev libvips-dev g++ cmake ninja-build pkg-config util-linux)
readonly peer_packages=(python3-torch)
readonly lib_dir=/usr/lib/x86_64-linux-gnu

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }
is_root() { [[ $(id -u) == 0 ]]; }

# The packages of the list that are not installed.
missing() {
    local package
    for package in "$@"; do
        [[ $(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2> /dev/null) == 'ii '* ]] || echo "$package"
    done
}

install_packages() {
    local wanted
    mapfile -t wanted < <(missing "$@")
    ((${#wanted[@]} == 0)) && return
    local install=(apt-get install -y --no-install-recommends "${wanted[@]}")
    is_root || die "these packages are missing; install them with
  sudo apt-get update && sudo ${install[*]}"

    say "installing ${wanted[*]}"
    export DEBIAN_FRONTEND=noninteractive
    # Package lists are fetched only where there are none, or where the ones there are out of date.
    apt-get install -s --no-install-recommends "${wanted[@]}" > /dev/null 2>&1 || apt-get update -qq
    "${install[@]}" -qq > /dev/null || { apt-get update -qq && "${install[@]}" -qq > /dev/null; }
}

# Several BLAS libraries can be installed at once; libtorch must load OpenBLAS's OpenMP build, whose threads are its own.
choose_blas() {
    local library name link
    for library in libblas.so.3 liblapack.so.3 libopenblas.so.0; do
        link="$lib_dir/$library"
        name="$library-x86_64-linux-gnu"
        [[ $(readlink -f "$link") == */openblas-openmp/* ]] && continue
        is_root || die "libtorch would load $(readlink -f "$link"), not OpenBLAS's OpenMP build; choose it with
  sudo update-alternatives --set $name $lib_dir/openblas-openmp/$library"
        say "selecting $lib_dir/openblas-openmp/$library"
        update-alternatives --set "$name" "$lib_dir/openblas-openmp/$library" > /dev/null
    done

    local loaded
    loaded=$(ldd "$lib_dir/libtorch_cpu.so" | awk '/libopenblas|libblas/ { print $3 }' | xargs -r readlink -f | sort -u)
    grep -qv /openblas-openmp/ <<< "$loaded" \
        && die "libtorch loads ${loaded//$'\n'/, } instead of OpenBLAS's OpenMP build: is LD_LIBRARY_PATH set?"
    return 0
}

setup() {
    command -v dotnet > /dev/null || die "the .NET 10 SDK is needed: https://dotnet.microsoft.com/download/dotnet/10.0"
    if ! command -v apt-get > /dev/null; then
        say "this is not a Debian: libtorch (or DIT_LIBTORCH), libvips 8.14+, g++, cmake, ninja and pkg-config must be installed"
        return
    fi
    install_packages "${packages[@]}" "$@"
    [[ -n ${DIT_LIBTORCH:-} ]] || choose_blas
}

build() {
    say "building: two to three minutes from nothing on two cores"
    dotnet build "${1:-Dit.sln}" -c Release -v quiet
}

# Packages hold no paths of this machine: from the same commit they have the same assemblies anywhere. Built apart, because other builds are not so.
pack() {
    dotnet pack Dit.sln -c Release -v quiet --artifacts-path artifacts/pack -p:DeterministicSourcePaths=true
}

# "passed failed", summed over the result files of all test projects.
sum_results() {
    cat "$1"/*.trx 2> /dev/null | grep -o '<Counters [^>]*>' | awk '
        { match($0, / passed="[0-9]+"/); passed += substr($0, RSTART + 9, RLENGTH - 10)
          match($0, / failed="[0-9]+"/); failed += substr($0, RSTART + 9, RLENGTH - 10) }
        END { print passed + 0, failed + 0 }'
}

# The native operators, as PyTorch calls them. Debian's Python is the one that setup gave a PyTorch.
check_operators() {
    local python=/usr/bin/python3
    if ! "$python" -c 'import torch' 2> /dev/null; then
        say "SKIPPED native/tests/check_ops.py: $python has no PyTorch (apt-get install python3-torch)"
        return
    fi
    "$python" native/tests/check_ops.py || die "the native operators failed their own test"
    native/tests/check_ops.sh || die "the native operators failed their own test under the sanitizers"
}

run_tests() {
    local results=artifacts/test-results status=0 passed failed ran
    native/tests/check_kernels.sh || die "the native kernels failed their own test"
    native/tests/check_cuda.sh || die "the CUDA kernels failed their test on the processor"
    check_operators
    rm -rf "$results"
    dotnet test Dit.sln -c Release --no-build -m:1 --results-directory "$results" --logger 'trx;LogFilePrefix=tests' \
        --logger 'console;verbosity=minimal' "$@" || status=$?
    read -r passed failed < <(sum_results "$results")

    # A test process that died reports nothing: that is a failure too.
    ran=$(find "$results" -name '*.trx' 2> /dev/null | wc -l)
    if ((status != 0 && failed == 0)); then
        failed=1
        echo "a test run ended early ($ran of $(find tests -name '*.csproj' | wc -l) projects reported)"
    fi
    echo "$passed passed, $failed failed"
    ((status == 0 && failed == 0))
}

verb="${1:-help}"
shift || true
case "$verb" in
    setup) setup ;;
    build) build ;;
    test)  setup "${peer_packages[@]}"; build; run_tests "$@" ;;
    demo)  setup; build samples/Mnist; exec dotnet run --project samples/Mnist -c Release --no-build -- "$@" ;;
    bench) setup "${peer_packages[@]}"; build benchmarks/Dit.Benchmarks
           exec dotnet run --project benchmarks/Dit.Benchmarks -c Release --no-build -- "$@" ;;
    pack)  setup; pack; say "in packages/:"; ls packages/*.nupkg ;;
    *)     sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//;p}' "${BASH_SOURCE[0]}"; [[ $verb == help ]] ;;
esac
