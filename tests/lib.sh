# shellcheck shell=bash
# What the test scripts share. They source this file.

say() { printf '  %s\n' "$*"; }

# fail WHAT [DETAIL…]: ends the run.
fail() {
  printf 'FAILED: %s\n' "$1" >&2
  shift
  local line
  for line in "$@"; do printf '  %s\n' "$line" >&2; done
  exit 1
}

# expect WHAT EXPECTED RECEIVED
expect() { [[ $2 == "$3" ]] || fail "$1" "expected: $2" "received: $3"; }

# expect_in WHAT PART WHOLE
expect_in() { [[ $3 == *"$2"* ]] || fail "$1" "expected in it: $2" "received: $3"; }

# step NAME COMMAND…: runs the command and prints how long it took.
step() {
  local name="$1" start="$SECONDS"
  shift
  "$@"
  printf 'ok   %s (%ss)\n' "$name" "$((SECONDS - start))"
}

# install_packages PACKAGE…: installs those that are missing. dpkg is asked, since another program of the same name may
# come first on PATH.
install_packages() {
  command -v dpkg-query >/dev/null || return 0
  local missing=() package
  for package in "$@"; do
    [[ $(dpkg-query -W -f '${Status}' "$package" 2>/dev/null) == 'install ok installed' ]] || missing+=("$package")
  done
  ((${#missing[@]})) || return 0
  echo "  installing ${missing[*]}" >&2
  apt-get update -qq >&2
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}
