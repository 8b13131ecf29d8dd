#!/bin/sh
# Installs gover and a first Go: see usage below, or run `./install.sh --help`.
#
# It puts files in place by renaming them, so that an interrupted run leaves the old state or the new one. Running it
# again upgrades gover. Everything is in functions, and the last line calls them: a script that arrives only in part
# through a pipe does nothing.
set -eu

# Where releases are, and the keys that sign them, as `ssh-ed25519` writes them, separated by spaces. `cargo xtask dist`
# fills them in. They are empty in a checkout, which is built.
download_base=''
release_keys=''

usage() {
  cat <<'TEXT'
Installs gover, sets up your shells, and installs Go.

usage: ./install.sh [--home DIR] [--no-setup] [VERSION]

  VERSION      the Go to install: 1.22.5, 1.22, latest (the default), …
  --home DIR   where gover keeps everything; default $GOVER_HOME or ~/.gover
  --no-setup   leave the startup files of your shells alone
  --help       show this text

Uses the programs `gover` and `gover-shim` in the directory of this script. Where they are missing, it builds them
with cargo from its checkout. Without either, as in `curl … | sh`, it downloads a release and checks its signature;
GOVER_DOWNLOAD_BASE names another server to download from.

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

read_arguments() {
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
}

# Sets `gover` and `shim` to programs in the directory of this script, built from its checkout, or downloaded.
find_programs() {
  # Through a pipe, $0 is the shell, and what is in the working directory is not part of this script.
  case ${0##*/} in
    install.sh) here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd) ;;
    *) here='' ;;
  esac
  if [ -z "$here" ]; then
    download_programs
  elif [ -f "$here/gover" ] && [ -f "$here/gover-shim" ]; then
    gover=$here/gover
    shim=$here/gover-shim
  elif [ -f "$here/gover" ] || [ -f "$here/gover-shim" ]; then
    fail "only one of the two programs \`gover\` and \`gover-shim\` is in $here" 'unpack the release again'
  elif [ -f "$here/Cargo.toml" ]; then
    build_programs
  else
    download_programs
  fi
}

# Sets `gover` and `shim` to those of a release whose signature and checksum are right.
download_programs() {
  base=${GOVER_DOWNLOAD_BASE:-$download_base}
  base=${base%/}
  if [ -z "$base" ] || [ -z "$release_keys" ]; then
    fail 'this script is not part of a release, so it has no address to download from' \
      'run ./install.sh in a checkout of gover, or in the directory of an unpacked release'
  fi
  name_platform
  check_tools
  temporary=$(mktemp -d) || fail 'cannot create a temporary directory' 'check the space and the rights in /tmp, or set TMPDIR'
  trap 'rm -rf "$temporary"' EXIT
  trap 'exit 1' HUP INT TERM
  # The server has GitHub's layout for releases, or only the files of one release.
  directory=$base/latest/download
  if ! fetch "$directory/SHA256SUMS.note" "$temporary/note" 2>/dev/null; then
    directory=$base
    fetch "$directory/SHA256SUMS.note" "$temporary/note" || fail "cannot download $base/latest/download/SHA256SUMS.note" \
      'check the network, and HTTPS_PROXY if you are behind a proxy'
  fi
  # What is signed: the list up to the empty line before its signatures.
  sed '/^$/,$d' "$temporary/note" >"$temporary/list"
  verify_list "$directory"
  release=$(sed -n '1s/^gover //p' "$temporary/list")
  case $release in
    '' | *[!0-9A-Za-z.-]*) fail "$directory/SHA256SUMS.note names no release" 'report this to the operator of the server' ;;
  esac
  name=gover-$release-$platform
  sum=$(sed -n "s/^\([0-9a-f]\{64\}\)  $name\.tar\.gz\$/\1/p" "$temporary/list")
  [ -n "$sum" ] || fail "gover $release has no archive for $platform" 'build it in a checkout: ./install.sh'
  # The newest release may be another one by now.
  if [ "$directory" != "$base" ]; then directory=$base/download/v$release; fi
  echo "downloading gover $release for $platform" >&2
  fetch "$directory/$name.tar.gz" "$temporary/archive" || fail "cannot download $directory/$name.tar.gz" \
    'check the network, and run this again'
  [ "$(checksum "$temporary/archive")" = "$sum" ] || fail "$directory/$name.tar.gz is not what was released" \
    'nothing was installed; do not use this file, and report this to the operator of the server'
  (cd "$temporary" && gzip -dc archive | tar -xf -) || fail "cannot unpack $name.tar.gz" "check the space in ${temporary%/*}"
  gover=$temporary/$name/gover
  shim=$temporary/$name/gover-shim
  if [ ! -f "$gover" ] || [ ! -f "$shim" ]; then
    fail "$name.tar.gz does not hold both programs" 'report this to the operator of the server'
  fi
}

# Sets `platform` in the words of Go.
name_platform() {
  system=$(uname -s)
  machine=$(uname -m)
  case $system in
    Linux) os=linux ;;
    Darwin)
      os=darwin
      # A shell that runs under Rosetta.
      if [ "$(sysctl -n sysctl.proc_translated 2>/dev/null || true)" = 1 ]; then machine=arm64; fi
      ;;
    MINGW* | MSYS* | CYGWIN*) fail 'on Windows, install.ps1 installs gover' 'run install.ps1 of this release in PowerShell' ;;
    *) fail "there is no release of gover for $system" 'build it in a checkout: ./install.sh' ;;
  esac
  case $machine in
    x86_64 | amd64) platform=$os-amd64 ;;
    aarch64 | arm64) platform=$os-arm64 ;;
    *) fail "there is no release of gover for $machine" 'build it in a checkout: ./install.sh' ;;
  esac
}

# Everything that the download needs, before anything is downloaded.
check_tools() {
  has curl || has wget || fail 'a download needs curl or wget' "$(install_command curl)"
  has sha256sum || has shasum || has openssl || fail 'a download needs sha256sum' "$(install_command coreutils)"
  { has tar && has gzip; } || fail 'a release is unpacked with tar and gzip' "$(install_command tar gzip)"
  openssl_can || ssh_can || fail 'checking the signature needs openssl 3 or ssh-keygen' \
    "$(install_command openssl)"
}

has() { command -v "$1" >/dev/null 2>&1; }

# Older versions cannot verify Ed25519 from a command line.
openssl_can() {
  has openssl || return 1
  case $(openssl pkeyutl -help 2>&1) in
    *-rawin*) ;;
    *) return 1 ;;
  esac
}

# `-Y` came with OpenSSH 8.
ssh_can() {
  has ssh-keygen || return 1
  case $(ssh-keygen -Y 2>&1 || true) in
    *illegal* | *unknown* | *invalid*) return 1 ;;
  esac
}

# fetch URL FILE
fetch() {
  if has curl; then
    curl -fsSL -o "$2" "$1"
  else
    wget -q -O "$2" "$1"
  fi
}

checksum() {
  if has sha256sum; then
    sha256sum <"$1"
  elif has shasum; then
    shasum -a 256 <"$1"
  else
    openssl dgst -sha256 <"$1" | sed 's/.*= *//'
  fi | cut -d' ' -f1
}

# Stops unless one of the keys signed $temporary/list. $1 is where it is from.
verify_list() {
  grep -q '^$' "$temporary/note" || fail "$1/SHA256SUMS.note is not signed" "$UNSIGNED"
  if openssl_can && verify_with_openssl; then return; fi
  if ssh_can && verify_with_ssh "$1"; then return; fi
  fail "$1/SHA256SUMS.note is not signed by a key of gover" "$UNSIGNED"
}

UNSIGNED='nothing was installed; do not use this server, and report this to its operator'

verify_with_openssl() {
  # shellcheck disable=SC2013 # each is one word
  # A line `— NAME BASE64` for each signature; before the 64 bytes of it are 4 that name the key.
  for signature in $(sed -n '/^$/,$s/^.* .* //p' "$temporary/note"); do
    printf '%s\n' "$signature" | openssl base64 -d -A 2>/dev/null | tail -c 64 >"$temporary/signature"
    for key in $release_keys; do
      # The last 32 of the bytes that ssh writes, behind the 12 that openssl expects.
      {
        echo '-----BEGIN PUBLIC KEY-----'
        echo "MCowBQYDK2VwAyEA$(printf '%s\n' "$key" | openssl base64 -d -A | tail -c 32 | openssl base64 -A)"
        echo '-----END PUBLIC KEY-----'
      } >"$temporary/key"
      if openssl pkeyutl -verify -pubin -inkey "$temporary/key" -rawin -in "$temporary/list" \
        -sigfile "$temporary/signature" >/dev/null 2>&1; then
        return 0
      fi
    done
  done
  return 1
}

verify_with_ssh() {
  fetch "$1/SHA256SUMS.sig" "$temporary/signature" 2>/dev/null || return 1
  for key in $release_keys; do echo "gover-release ssh-ed25519 $key"; done >"$temporary/signers"
  ssh-keygen -Y verify -f "$temporary/signers" -I gover-release -n gover-release -s "$temporary/signature" \
    <"$temporary/list" >/dev/null 2>&1
}

# The command that installs packages here. The names of packages are those of the words that are passed.
install_command() {
  sudo=''
  if [ "$(id -u)" != 0 ]; then sudo='sudo '; fi
  if has apt-get; then
    echo "${sudo}apt-get install $*"
  elif has dnf; then
    echo "${sudo}dnf install $*"
  elif has apk; then
    echo "${sudo}apk add $*"
  elif has pacman; then
    echo "${sudo}pacman -S $*"
  elif has zypper; then
    echo "${sudo}zypper install $*"
  elif has brew; then
    echo "brew install $*"
  else
    echo "install $* with the package manager of this system"
  fi
}

build_programs() {
  if ! command -v cargo >/dev/null 2>&1 && [ -x "${CARGO_HOME:-${HOME:-}/.cargo}/bin/cargo" ]; then
    PATH=${CARGO_HOME:-${HOME:-}/.cargo}/bin:$PATH
    export PATH
  fi
  has cargo || fail 'building gover needs cargo, which is not installed' "$(rust_command)" \
    'or put the built programs gover and gover-shim into the directory of install.sh'
  check_rust
  has cc || has gcc || has clang || fail 'building gover needs a C compiler, and none is installed' \
    "$(compiler_command)"
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
  shim=$("$here/shims/build") || build_failed
  gover=$target/release/gover
}

build_failed() {
  fail 'cargo cannot build gover' "see the error above; gover needs Rust $(rust_version) or newer and a C compiler"
}

# Stops if the Rust here is older than the one that gover needs. One that does not say its version is left to cargo.
check_rust() {
  found=$(cd "$here" && rustc --version 2>/dev/null | sed -n 's/^rustc \([0-9]*\.[0-9]*\).*/\1/p')
  wanted=$(rust_version)
  [ -n "$found" ] && [ -n "$wanted" ] || return 0
  if [ "${found%%.*}" -gt "${wanted%%.*}" ]; then return 0; fi
  if [ "${found%%.*}" -eq "${wanted%%.*}" ] && [ "${found#*.}" -ge "${wanted#*.}" ]; then return 0; fi
  fail "gover needs Rust $wanted or newer; Rust $found is installed" "$(rust_command)"
}

# What to type to get the newest Rust.
rust_command() {
  if has rustup; then
    echo 'rustup update stable, then run this again'
  elif has curl; then
    echo "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh, then run this again in a new shell"
  else
    echo "$(install_command curl), then: curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh"
  fi
}

compiler_command() {
  case $(uname -s) in
    Darwin) echo 'xcode-select --install' ;;
    *) if has apt-get; then install_command gcc libc6-dev; elif has apk; then install_command gcc musl-dev; else install_command gcc; fi ;;
  esac
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
  trap 'rm -f "$new"; rm -rf "$temporary"' EXIT
  trap 'exit 1' HUP INT TERM
  cp "$1" "$new" || fail "cannot write $new"
  chmod 755 "$new"
  mv -f "$new" "$home/bin/$2" || fail "cannot put $home/bin/$2 in place"
  trap 'rm -rf "$temporary"' EXIT
}

main() {
  temporary=''
  read_arguments "$@"
  find_programs
  mkdir -p "$home/bin" || fail "cannot create $home/bin"
  place "$shim" gover-shim
  place "$gover" gover
  # A package may have been here before; this gover updates itself.
  rm -f "$home/share/gover/channel"
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
}

# Nothing runs until the brace is closed.
{ main "$@"; }
