# gover for Nushell: gover init nu | save --force ($nu.default-config-dir | path join autoload gover.nu)
$env.PATH = ($env.PATH | split row (char esep) | where {|entry| $entry != '@BIN@' } | prepend '@BIN@')

# Changes of this shell's environment, which a program cannot make, are printed by it and made here.
def --env --wrapped gover [...arguments] {
    let command = ($arguments | where {|word| not ($word | str starts-with "-") } | append "" | first)
    let help = ($arguments | any {|word| $word in ["-h" "--help"] })
    if $help or $command != "use" {
        ^'@GOVER@' ...$arguments
        return
    }
    let printed = (with-env { GOVER_SHELL: "nu" } { ^'@GOVER@' ...$arguments })
    if ($printed | is-empty) {
        return
    }
    for change in ($printed | from json | transpose name value) {
        if $change.value == null {
            hide-env --ignore-errors $change.name
        } else {
            load-env { ($change.name): $change.value }
        }
    }
}
