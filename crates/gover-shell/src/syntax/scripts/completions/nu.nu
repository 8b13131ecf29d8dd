# Completions of gover for Nushell: mkdir ($nu.default-config-dir | path join autoload); gover completions nu | save --force ($nu.default-config-dir | path join autoload gover-completions.nu)
# Tab runs gover, which knows what fits. It ends with 1 if the names of files do.
def "nu-complete gover" [line: string] {
    let words = ($line | split row " ")
    let answer = (^gover complete nu $"--word=($words | last)" -- ...($words | drop 1 | where {|word| $word != "" }) | complete)
    if $answer.exit_code != 0 { return null }
    let found = ($answer.stdout | lines | each {|row|
        let parts = ($row | split row --number 2 (char tab))
        {value: $parts.0, description: ($parts.1? | default "")}
    })
    {options: {sort: false}, completions: $found}
}
