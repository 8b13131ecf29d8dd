# shellcheck shell=bash
# Defines `win-cargo` and `win-run` for the shell that sources it. See setup.sh.
export WIN_CACHE="${WIN_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/gover-windows}"
export WINEPREFIX="${WINEPREFIX:-$WIN_CACHE/prefix}"
export WINEDEBUG="${WINEDEBUG:--all}"
export WINEARCH=win64

# cargo for x86_64-pc-windows-gnu: Debian's rustc-web ships the standard library's source, so cargo
# builds that library once for each target directory (-Zbuild-std). The arguments are those of cargo:
#   win-cargo build --release
#   win-cargo test --no-run
win-cargo() {
  local verb="$1"
  shift
  env PATH=/usr/bin:/bin RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 \
    CARGO_TARGET_DIR="${WIN_TARGET_DIR:-target/windows}" \
    CARGO_TARGET_X86_64_PC_WINDOWS_GNU_LINKER=x86_64-w64-mingw32-gcc \
    CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER="wine" \
    CC_x86_64_pc_windows_gnu=x86_64-w64-mingw32-gcc \
    AR_x86_64_pc_windows_gnu=x86_64-w64-mingw32-ar \
    /usr/bin/cargo "$verb" -Zbuild-std=std,panic_abort,panic_unwind,test --target x86_64-pc-windows-gnu "$@"
}

# Runs a Windows program under Wine and keeps its exit code.
win-run() { wine "$@"; }
