# What Elvish says with the function loaded; tests/shells/run compares it with `expected`. The two lines that load
# it are put before these, since a name that is defined by `eval` is not known to what is read before.
use str
echo 'path '(range (count $paths) | each {|at| if (eq $paths[$at]/gover $E:program) { to-string (+ $at 1) } } | str:join ' ')
go version
gover use 1.90.1
go version
gover -q --color never use 1.90.4
var shell = none
if (has-env GOVER_SHELL) { set shell = $E:GOVER_SHELL }
echo 'variable '$E:GOVER_VERSION', shell '$shell
try { gover use 1.80 } catch error { echo 'code '$error[reason][exit-status] }
go version
gover exec 1.90.1 -- go arguments 'a b' '' '"' -v -- x
echo input | gover exec 1.90.1 go input
echo 'piped '(gover which | sed 's,.*/versions/,,')
gover use --clear
if (not (has-env GOVER_VERSION)) { echo 'variable none' }
go version
for directory [(put $E:odd/*)] {
  gover -q use $directory
  if (not-eq $E:GOVER_VERSION $directory) { echo 'use: '$directory' became '$E:GOVER_VERSION }
  set-env GOROOT stale
  eval (gover env $directory --shell elvish | slurp)
  if (has-env GOROOT) { echo 'env: GOROOT is still '$E:GOROOT }
  if (not-eq $paths[0] $directory/bin) { echo 'PATH: '$directory' is not first in '$E:PATH }
}
gover use --clear
