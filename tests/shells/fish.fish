# What fish says with the function loaded; tests/shells/run compares it with `expected`.
$program init fish | source
$program init fish | source
echo path (string join \n -- $PATH | grep -nxF -- (dirname -- $program) | cut -d: -f1)
go version
gover use 1.90.1
go version
gover -q --color never use 1.90.4
set -q GOVER_SHELL; or set -l GOVER_SHELL none
printf 'variable %s, shell %s\n' $GOVER_VERSION $GOVER_SHELL
set -e GOVER_SHELL
gover use 1.80; or printf 'code %s\n' $status
go version
gover exec 1.90.1 -- go arguments 'a b' '' '"' -v -- x
printf 'input\n' | gover exec 1.90.1 go input
echo piped (gover which | sed 's,.*/versions/,,')
gover use --clear
set -q GOVER_VERSION; or printf 'variable none\n'
go version
for directory in $odd/*
    gover -q use $directory
    test "$GOVER_VERSION" = "$directory"; or printf 'use: %s became %s\n' $directory $GOVER_VERSION
    set -gx GOROOT stale
    gover env $directory --shell fish | source
    set -q GOROOT; and printf 'env: GOROOT is still %s\n' $GOROOT
    test "$PATH[1]" = "$directory/bin"; or printf 'PATH: %s is not first in %s\n' $directory "$PATH"
end
gover use --clear
