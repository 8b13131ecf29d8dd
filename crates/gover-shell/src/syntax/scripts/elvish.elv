# gover for Elvish: eval (gover init elvish | slurp)
set paths = ['@BIN@' (each {|entry| if (not-eq $entry '@BIN@') { put $entry } } $paths)]

# Changes of this shell's environment, which a program cannot make, are printed by it and evaluated here.
edit:add-var gover~ {|@arguments|
  use str
  var command = ''
  var help = $false
  for word $arguments {
    if (or (eq $word '-h') (eq $word '--help')) {
      set help = $true
    } elif (and (eq $command '') (not (str:has-prefix $word '-'))) {
      set command = $word
    }
  }
  if (or $help (not-eq $command use)) {
    (external '@GOVER@') $@arguments
  } else {
    var code = ''
    set-env GOVER_SHELL elvish
    try {
      set code = ((external '@GOVER@') $@arguments | slurp)
    } finally {
      unset-env GOVER_SHELL
    }
    eval $code
  }
}
