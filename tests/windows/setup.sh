#!/bin/bash
# Installs what is needed to build gover for Windows and run it under Wine on a Debian 12 machine.
# Run it once on each machine (about two minutes). Running it again is quick and changes nothing.
#
#   tests/windows/setup.sh          installs packages, makes the stub DLL and the Wine prefix
#   source tests/windows/env.sh     then: win-cargo …, win-run FILE.exe …
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=tests/windows/env.sh
source "$here/env.sh"
# shellcheck source=tests/lib.sh
source "$here/../lib.sh"

install_packages rustc-web cargo-web rust-web-src gcc-mingw-w64-x86-64 wine wine64 xvfb

# Wine 8 has no bcryptprimitives.dll, which Rust's standard library loads for random numbers.
stub="$WIN_CACHE/bcryptprimitives.dll"
if [[ ! -f $stub ]]; then
  mkdir -p "$WIN_CACHE"
  cat >"$WIN_CACHE/stub.c" <<'C'
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T size) {
  return SystemFunction036(data, (ULONG)size);
}
C
  x86_64-w64-mingw32-gcc -shared -O2 -o "$stub" "$WIN_CACHE/stub.c" -ladvapi32
fi

if [[ ! -f $WINEPREFIX/system.reg ]]; then
  mkdir -p "$WINEPREFIX"
  wineboot --init >/dev/null 2>&1
  wineserver --wait
fi
cp "$stub" "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll"
echo "ready: $(/usr/bin/rustc --version), $(wine --version)"
