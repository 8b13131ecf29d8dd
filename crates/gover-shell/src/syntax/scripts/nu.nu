# gover for Nushell: mkdir ($nu.default-config-dir | path join autoload); gover init nu | save --force ($nu.default-config-dir | path join autoload gover.nu)
$env.PATH = do {
    let bin = '@BIN@'
    # Windows ignores case and a backslash at the end.
    let plain = if $nu.os-info.name == "windows" {
        {|entry| $entry | str trim --right --char '\' | str downcase }
    } else {
        {|entry| $entry }
    }
    let others = ($env.PATH | split row (char esep) | where {|entry| (do $plain $entry) != (do $plain $bin) })
    $others | prepend $bin
}

# A program cannot change the environment of its shell, so `gover use` prints the changes for this function.
def --env --wrapped gover [...arguments: string@"nu-complete gover"] {
    let piped = $in
    mut command = ""
    mut skip = false
    for word in $arguments {
        if $skip {
            $skip = false
        } else if $word in ["-h" "--help"] {
            $command = "help"
            break
        } else if $word == "--color" {
            $skip = true
        } else if $command == "" and not ($word | str starts-with "-") {
            $command = $word
        }
    }
    if $command == "use" {
        let printed = (with-env { GOVER_SHELL: "nu" } { ^'@GOVER@' ...$arguments })
        if ($printed | is-not-empty) {
            for change in ($printed | from json | transpose name value) {
                if $change.value == null {
                    hide-env --ignore-errors $change.name
                } else {
                    load-env { ($change.name): $change.value }
                }
            }
        }
    } else if $piped == null {
        ^'@GOVER@' ...$arguments
    } else {
        $piped | ^'@GOVER@' ...$arguments
    }
}
