#!/usr/bin/env bash
# Lays C++ and CUDA sources out by .clang-format: scripts/format.sh [--check] [FILE...], all files by default
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Layouts differ a little between versions: 14 is the one that everybody's differences are compared with.
formatter=$(command -v clang-format-14 || command -v clang-format || true)
if [[ -z $formatter ]]; then
  echo "format: clang-format is missing; apt-get install clang-format-14" >&2
  exit 1
fi
mode=(-i)
if [[ ${1:-} == --check ]]; then
  mode=(--dry-run --Werror)
  shift
fi
if (($#)); then files=("$@"); else
  mapfile -t files < <(find include src kernels examples tests benchmarks tools -type f \
    \( -name '*.hpp' -o -name '*.cpp' -o -name '*.cu' -o -name '*.cuh' \) 2>/dev/null | sort)
fi
"$formatter" --style=file "${mode[@]}" "${files[@]}"
