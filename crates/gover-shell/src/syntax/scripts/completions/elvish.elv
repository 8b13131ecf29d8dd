# Completions of gover for Elvish: eval (gover completions elvish | slurp)
# Tab runs gover, which knows what fits. It ends with 1 if the names of files do.
set edit:completion:arg-completer[gover] = {|@words|
  use str
  var word = $words[-1]
  var before = $words[..-1]
  try {
    (external gover) complete elvish --word=$word -- $@before 2>/dev/null | from-lines | each {|line|
      var parts = [(str:split &max=2 "\t" $line)]
      edit:complex-candidate $parts[0] &display=(str:join '  ' $parts)
    }
  } catch {
    edit:complete-filename $word
  }
}
