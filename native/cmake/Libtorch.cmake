# Finds libtorch and defines the interface target dit::libtorch, with
#   DIT_LIBTORCH_VERSION   for example 1.13.1
#   DIT_LIBTORCH_CUDA      whether that libtorch was built for CUDA and CUDA's headers are at hand
#
# Looked for, in this order: DIT_LIBTORCH (cache or environment: a libtorch folder or a pip `torch` folder), Debian's
# libtorch-dev, and the torch of `python3`. libtorch's own TorchConfig.cmake is not used: it insists on the CUDA
# toolkit, MKL and protobuf of the machine that built it, and all that is needed here is a few paths.

set(DIT_LIBTORCH "$ENV{DIT_LIBTORCH}" CACHE PATH "A libtorch folder, or the torch folder of a pip installation")

# Sets torch_include, torch_library (the folder of libtorch.so) if `include` and `library` hold a libtorch.
macro(dit_try_libtorch what include library)
  if(NOT torch_include)
    if(EXISTS "${include}/torch/csrc/api/include/torch/version.h" AND EXISTS "${library}/libtorch_cpu.so")
      set(torch_include "${include}")
      set(torch_library "${library}")
      message(STATUS "libtorch: ${what}")
    else()
      string(APPEND torch_tried "\n  - ${what}: no ${include}/torch with ${library}/libtorch_cpu.so")
    endif()
  endif()
endmacro()

if(DIT_LIBTORCH)
  dit_try_libtorch("DIT_LIBTORCH=${DIT_LIBTORCH}" "${DIT_LIBTORCH}/include" "${DIT_LIBTORCH}/lib")
  if(NOT torch_include)
    message(FATAL_ERROR "DIT_LIBTORCH does not name a libtorch:${torch_tried}\n"
      "Set it to an unpacked libtorch, or to the torch folder of a pip installation, or unset it.")
  endif()
else()
  string(APPEND torch_tried "\n  - DIT_LIBTORCH is not set")
endif()

dit_try_libtorch("Debian's libtorch-dev" "/usr/include" "/usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}")

if(NOT torch_include)
  execute_process(COMMAND python3 -c "import os, torch; print(os.path.dirname(torch.__file__))"
    OUTPUT_VARIABLE python_torch OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE python_failed)
  if(python_failed)
    string(APPEND torch_tried "\n  - python3 cannot import torch")
  else()
    dit_try_libtorch("python3's ${python_torch}" "${python_torch}/include" "${python_torch}/lib")
  endif()
endif()

if(NOT torch_include)
  message(FATAL_ERROR "No libtorch was found. Tried:${torch_tried}\n"
    "Cure: `apt-get install libtorch-dev`, or `pip install torch`, or set DIT_LIBTORCH to a libtorch folder.")
endif()

file(STRINGS "${torch_include}/torch/csrc/api/include/torch/version.h" version_lines
  REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
string(REGEX REPLACE "[^0-9]*([0-9]+)[^0-9]+([0-9]+)[^0-9]+([0-9]+)" "\\1.\\2.\\3" DIT_LIBTORCH_VERSION "${version_lines}")
if(DIT_LIBTORCH_VERSION VERSION_LESS 1.13)
  message(FATAL_ERROR "libtorch ${DIT_LIBTORCH_VERSION} (${torch_library}) is too old: 1.13 or later is needed.")
endif()

add_library(dit_libtorch INTERFACE)
add_library(dit::libtorch ALIAS dit_libtorch)
target_include_directories(dit_libtorch SYSTEM INTERFACE "${torch_include}/torch/csrc/api/include" "${torch_include}")
target_link_libraries(dit_libtorch INTERFACE
  "${torch_library}/libtorch.so" "${torch_library}/libtorch_cpu.so" "${torch_library}/libc10.so")

# Newer headers need a newer language; ours is C++17.
if(DIT_LIBTORCH_VERSION VERSION_GREATER_EQUAL 2.11)
  target_compile_features(dit_libtorch INTERFACE cxx_std_20)
else()
  target_compile_features(dit_libtorch INTERFACE cxx_std_17)
endif()

# The wheels of 2.6 and before were built with the old std::string; only their TorchConfig.cmake says so.
set(torch_config "${torch_library}/../share/cmake/Torch/TorchConfig.cmake")
if(EXISTS "${torch_config}")
  file(STRINGS "${torch_config}" abi_line REGEX "_GLIBCXX_USE_CXX11_ABI=[01]")
  if(abi_line MATCHES "_GLIBCXX_USE_CXX11_ABI=([01])")
    target_compile_definitions(dit_libtorch INTERFACE "_GLIBCXX_USE_CXX11_ABI=${CMAKE_MATCH_1}")
  endif()
endif()

set(DIT_LIBTORCH_CUDA OFF)
if(EXISTS "${torch_library}/libc10_cuda.so" AND EXISTS "${torch_library}/libtorch_cuda.so")
  # Either a toolkit, or the header folders of the nvidia-* wheels that pip installed beside torch.
  get_filename_component(site_packages "${torch_include}/../.." ABSOLUTE)
  file(GLOB nvidia_includes "${site_packages}/nvidia/*/include")
  find_path(DIT_CUDA_INCLUDE cuda_runtime_api.h
    HINTS "$ENV{CUDA_HOME}/include" "$ENV{CUDA_PATH}/include" /usr/local/cuda/include ${nvidia_includes})
  if(DIT_CUDA_INCLUDE)
    set(DIT_LIBTORCH_CUDA ON)
    target_compile_definitions(dit_libtorch INTERFACE DIT_CUDA)
    target_include_directories(dit_libtorch SYSTEM INTERFACE "${DIT_CUDA_INCLUDE}" ${nvidia_includes})
    # Kept even where no symbol is used: loading libtorch_cuda is what registers the CUDA backend.
    target_link_libraries(dit_libtorch INTERFACE
      -Wl,--no-as-needed "${torch_library}/libtorch_cuda.so" "${torch_library}/libc10_cuda.so" -Wl,--as-needed)
    find_library(DIT_CUDART NAMES cudart libcudart.so.13 libcudart.so.12
      HINTS "${DIT_CUDA_INCLUDE}/../lib64" "${DIT_CUDA_INCLUDE}/../lib")
    if(DIT_CUDART)
      target_link_libraries(dit_libtorch INTERFACE "${DIT_CUDART}")
    endif()
  else()
    message(WARNING "libtorch has CUDA, but cuda_runtime_api.h was not found: building without CUDA. Set CUDA_HOME.")
  endif()
endif()
message(STATUS "libtorch: version ${DIT_LIBTORCH_VERSION}, CUDA ${DIT_LIBTORCH_CUDA}")
