# gover for fish: gover init fish | source
begin
    set -l __gover_bin '@BIN@'
    set -l __gover_path $__gover_bin
    for __gover_entry in $PATH
        if test "$__gover_entry" != "$__gover_bin"
            set __gover_path $__gover_path $__gover_entry
        end
    end
    set -gx PATH $__gover_path
end

# A program cannot change the environment of its shell, so `gover use` prints the changes for this function.
function gover --description 'Go toolchain manager'
    set -l __gover_command ''
    set -l __gover_skip ''
    for __gover_word in $argv
        if test -n "$__gover_skip"
            set __gover_skip ''
            continue
        end
        switch "$__gover_word"
            case -h --help
                set __gover_command help
                break
            case --color
                set __gover_skip 1
            case '-*'
            case '*'
                if test -z "$__gover_command"
                    set __gover_command $__gover_word
                end
        end
    end
    if test "$__gover_command" != use
        '@GOVER@' $argv
        return
    end
    set -l __gover_code (GOVER_SHELL=fish '@GOVER@' $argv)
    or return
    printf '%s\n' $__gover_code | source
    return 0
end
