#!/bin/sh
# Installs gover and Go into an image, as root. VERSION and SOURCES are the options of the feature.
#
# gover is not published yet, so the programs `gover` and `gover-shim` must be next to this script, or installed
# in the image.
set -eu

fail() {
  printf 'error: %s\nhint: %s\n' "$1" "$2" >&2
  exit 1
}

# PATH of the image has its `bin`, as devcontainer-feature.json says.
GOVER_HOME=${GOVER_HOME:-/usr/local/share/gover}
export GOVER_HOME
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

if [ -f "$here/gover" ] && [ -f "$here/gover-shim" ]; then
  from=$here
elif command -v gover >/dev/null; then
  from=$(dirname -- "$(command -v gover)")
else
  fail "neither $here nor PATH has gover" "build it with cargo, and copy gover and gover-shim to $here"
fi

mkdir -p "$GOVER_HOME/bin"
for program in gover-shim gover; do
  [ "$from" = "$GOVER_HOME/bin" ] || cp -- "$from/$program" "$GOVER_HOME/bin/"
  chmod 755 "$GOVER_HOME/bin/$program"
done

[ -z "${SOURCES:-}" ] || "$GOVER_HOME/bin/gover" config set sources "$SOURCES"
[ "${VERSION:-latest}" = none ] || "$GOVER_HOME/bin/gover" install "${VERSION:-latest}"

# The user of the container installs what projects ask for.
if [ -n "${_REMOTE_USER:-}" ] && [ "$_REMOTE_USER" != root ]; then
  chown -R "$_REMOTE_USER" "$GOVER_HOME"
fi
