# What bash, zsh and sh say with the function loaded; tests/shells/run compares it with `expected`.
# shellcheck shell=sh disable=SC2154
eval "$("$program" init "$kind")"
eval "$("$program" init "$kind")"
echo "path $(echo "$PATH" | tr ':' '\n' | grep -nxF -- "${program%/gover}" | cut -d: -f1)"
go version
gover use 1.90.1
go version
gover -q --color never use 1.90.4
printf 'variable %s, shell %s\n' "$GOVER_VERSION" "${GOVER_SHELL-none}"
gover use 1.80 || printf 'code %s\n' "$?"
go version
gover exec 1.90.1 -- go arguments 'a b' '' '"' -v -- x
printf 'input\n' | gover exec 1.90.1 go input
echo "piped $(gover which | sed 's,.*/versions/,,')"
gover use --clear
printf 'variable %s\n' "${GOVER_VERSION-none}"
go version
for directory in "$odd"/*; do
  gover -q use "$directory"
  [ "$GOVER_VERSION" = "$directory" ] || printf 'use: %s became %s\n' "$directory" "$GOVER_VERSION"
  export GOROOT=stale
  eval "$(gover env "$directory" --shell "$kind")"
  [ -z "${GOROOT+set}" ] || printf 'env: GOROOT is still %s\n' "$GOROOT"
  case $PATH in
    "$directory/bin:"*) ;;
    *) printf 'PATH: %s is not first in %s\n' "$directory" "$PATH" ;;
  esac
done
gover use --clear
