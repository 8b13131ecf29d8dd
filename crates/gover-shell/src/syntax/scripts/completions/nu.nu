# Completions of gover for Nushell: mkdir ($nu.default-config-dir | path join autoload); gover completions nu | save --force ($nu.default-config-dir | path join autoload gover-completions.nu)
# Tab runs gover, which knows what fits. It ends with 1 if the names of files do.
def "nu-complete gover" [line: string] {
    let words = ($line | split row " ")
    let answer = (^gover complete nu $"--word=($words | last)" -- ...($words | drop 1 | where {|word| $word != "" }) | complete)
    if $answer.exit_code != 0 { return null }
    # Nushell compares candidates with the word and its open quotation mark, but takes marks at both ends away first.
    let mark = ($words | last | str substring 0..0)
    let mark = (if $mark in ['"' "'" '`'] { $mark } else { "" })
    let found = ($answer.stdout | lines | each {|row|
        let parts = ($row | split row --number 2 (char tab))
        {value: $"($mark)($parts.0)", description: ($parts.1? | default "")}
    })
    {options: {sort: false}, completions: $found}
}
