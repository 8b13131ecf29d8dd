# What Nushell says with the function loaded; tests/shells/run compares it with `expected`. The lines that load it
# are put before these, since Nushell reads only files that are there when it starts.
let bin = ($env.program | path dirname)
let places = ($env.PATH | enumerate | where {|entry| $entry.item == $bin } | each {|entry| $entry.index + 1 })
print $"path ($places | str join ' ')"
go version
gover use 1.90.1
go version
gover -q --color never use 1.90.4
print $"variable ($env.GOVER_VERSION), shell ($env.GOVER_SHELL? | default none)"
try { gover use 1.80 } catch { print $"code ($env.LAST_EXIT_CODE)" }
go version
gover exec 1.90.1 -- go arguments 'a b' '' '"' -v -- x
"input\n" | gover exec 1.90.1 go input
print $"piped (gover which | str trim | split row '/versions/' | last)"
gover use --clear
print $"variable ($env.GOVER_VERSION? | default none)"
go version
for directory in (^find $env.odd -mindepth 1 -maxdepth 1 -print0 | split row (char nul) | where {|name| $name != "" }) {
    gover -q use $directory
    if $env.GOVER_VERSION != $directory { print $"use: ($directory) became ($env.GOVER_VERSION)" }
}
gover use --clear
