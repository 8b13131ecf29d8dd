# Completions of gover for fish: gover completions fish | source
# Tab runs gover, which knows what fits. It ends with 1 if the names of files do.
function __gover_complete
    set -l __gover_word (commandline --current-token --cut-at-cursor)
    set -l __gover_words (commandline --tokenize --current-process --cut-at-cursor)
    command gover complete fish "--word=$__gover_word" -- $__gover_words 2>/dev/null
    if test $status -eq 1
        __fish_complete_path "$__gover_word"
    end
end
complete --command gover --erase
complete --command gover --no-files --keep-order --arguments '(__gover_complete)'
