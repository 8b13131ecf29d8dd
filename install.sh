#!/bin/sh
# Installs gover and a first Go: see usage below, or run `./install.sh --help`.
#
# It puts files in place by renaming them, so that an interrupted run leaves the old state or the new one. Running it
# again upgrades gover.
set -eu

usage() {
  cat <<'TEXT'
Installs gover, sets up your shells, and installs Go.

usage: ./install.sh [--home DIR] [--no-setup] [VERSION]

  VERSION      the Go to install: 1.22.5, 1.22, latest (the default), …
  --home DIR   where gover keeps everything; default $GOVER_HOME or ~/.gover
  --no-setup   leave the startup files of your shells alone
  --help       show this text

Uses the programs `gover` and `gover-shim` in the directory of this script. Where they are missing, it builds them
with cargo from its checkout.

examples:
  ./install.sh 1.22.5
  ./install.sh --home /opt/gover --no-setup latest
TEXT
}

fail() {
  printf 'error: %s\n' "$1" >&2
  shift
  for hint in "$@"; do
    printf 'hint: %s\n' "$hint" >&2
  done
  exit 1
}

fail_usage() {
  printf 'error: %s\nhint: ./install.sh --help\n' "$1" >&2
  exit 2
}

version=''
home=${GOVER_HOME:-}
setup=yes
while [ $# -gt 0 ]; do
  case $1 in
    --help | -h)
      usage
      exit 0
      ;;
    --home)
      if [ $# -lt 2 ] || [ -z "$2" ]; then fail_usage '--home needs a directory'; fi
      home=$2
      shift
      ;;
    --home=?*) home=${1#--home=} ;;
    --no-setup) setup=no ;;
    -*) fail_usage "unknown option \`$1\`" ;;
    *)
      [ -z "$version" ] || fail_usage "one version at a time: \`$version\` or \`$1\`"
      version=$1
      ;;
  esac
  shift
done
version=${version:-latest}

if [ -z "$home" ]; then
  [ -n "${HOME:-}" ] || fail 'HOME is not set' './install.sh --home DIR'
  home=$HOME/.gover
fi
case $home in
  /*) ;;
  *) home=$PWD/$home ;;
esac
# The default home needs no variable.
if [ "$home" != "${HOME:-}/.gover" ]; then
  GOVER_HOME=$home
  export GOVER_HOME
fi

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

# Sets `gover` and `shim` to programs in the directory of this script, or built from its checkout.
find_programs() {
  if [ -f "$here/gover" ] && [ -f "$here/gover-shim" ]; then
    gover=$here/gover
    shim=$here/gover-shim
  elif [ -f "$here/gover" ] || [ -f "$here/gover-shim" ]; then
    fail "only one of the two programs \`gover\` and \`gover-shim\` is in $here" 'unpack the release again'
  else
    build_programs
  fi
}

build_programs() {
  [ -f "$here/Cargo.toml" ] || fail "$here contains neither the built programs nor the sources of gover"
  if ! command -v cargo >/dev/null 2>&1 && [ -x "${CARGO_HOME:-${HOME:-}/.cargo}/bin/cargo" ]; then
    PATH=${CARGO_HOME:-${HOME:-}/.cargo}/bin:$PATH
    export PATH
  fi
  command -v cargo >/dev/null 2>&1 || fail 'gover must be built, and cargo is not installed' \
    'install Rust from https://rustup.rs and run this again' \
    'or put the built programs gover and gover-shim into the directory of install.sh'
  if ! command -v cc >/dev/null 2>&1 && ! command -v gcc >/dev/null 2>&1 && ! command -v clang >/dev/null 2>&1; then
    fail 'gover must be built, and there is no C compiler' \
      'Debian, Ubuntu: apt-get install gcc libc6-dev' 'Fedora: dnf install gcc' 'macOS: xcode-select --install'
  fi
  target=${CARGO_TARGET_DIR:-$here/target}
  case $target in
    /*) ;;
    *) target=$here/$target ;;
  esac
  CARGO_TARGET_DIR=$target
  export CARGO_TARGET_DIR
  # A target set in the environment would move the programs. They must be for this machine.
  unset CARGO_BUILD_TARGET
  echo 'building gover with cargo; the first build takes some minutes' >&2
  cargo_here build --release --locked --package gover --bin gover || build_failed
  build_shim || build_failed
  gover=$target/release/gover
  shim=$target/release/gover-shim
}

build_failed() {
  fail 'cargo cannot build gover' "gover needs Rust $(rust_version) or newer: rustup update stable"
}

# The shim starts with every `go`, and a static program starts quicker. Where the C library has no static form
# it is linked as usual.
build_shim() {
  case $(rustc -vV 2>/dev/null) in
    *'host: '*-linux-gnu*)
      cargo_here rustc --release --locked --package gover-shim --bin gover-shim -- \
        -C target-feature=+crt-static && return 0
      echo 'the shim cannot be linked statically here, so it is linked as usual' >&2
      ;;
  esac
  cargo_here build --release --locked --package gover-shim --bin gover-shim
}

cargo_here() {
  (cd "$here" && cargo "$@")
}

rust_version() {
  sed -n 's/^rust-version = "\(.*\)"$/\1/p' "$here/Cargo.toml"
}

# Puts the program $1 into bin as $2.
place() {
  new=$home/bin/.$2.new.$$
  trap 'rm -f "$new"' EXIT
  trap 'exit 1' HUP INT TERM
  cp "$1" "$new" || fail "cannot write $new"
  chmod 755 "$new"
  mv -f "$new" "$home/bin/$2" || fail "cannot put $home/bin/$2 in place"
  trap - EXIT HUP INT TERM
}

find_programs
mkdir -p "$home/bin" || fail "cannot create $home/bin"
place "$shim" gover-shim
place "$gover" gover
"$home/bin/gover" --version >/dev/null || fail "$home/bin/gover does not run on this machine"

# bin comes first, as in a new shell, so that everything prints what it will print there.
own_path=$PATH
PATH=$home/bin:$PATH
export PATH
code=0
missing=''
if "$home/bin/gover" install "$version"; then
  go version || code=$?
else
  code=$?
  # 2 means that it is not a version.
  [ "$code" = 2 ] || missing=$version
fi

# Without a toolchain, gover itself is installed. It prints the next step in the shell that runs this.
if [ "$setup" = yes ]; then
  PATH=$own_path
  "$home/bin/gover" setup ${missing:+"--still-missing=$missing"} || code=$?
else
  # Only a range needs the quotation marks, but they are never wrong.
  echo "next: run \`$home/bin/gover setup\`, then open a new shell${missing:+" and run \`gover install '$missing'\`"}" >&2
fi
exit "$code"
