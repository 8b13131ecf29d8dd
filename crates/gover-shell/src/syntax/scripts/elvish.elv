# gover for Elvish: eval (gover init elvish | slurp)
set paths = [(
  use platform
  use str
  var bin = '@BIN@'
  var plain = {|entry| put $entry }
  # Windows ignores case and a backslash at the end.
  if $platform:is-windows {
    set plain = {|entry| str:to-lower (str:trim-right $entry '\') }
  }
  put $bin
  for entry $paths {
    if (not-eq ($plain $entry) ($plain $bin)) { put $entry }
  }
)]

# A program cannot change the environment of its shell, so `gover use` prints the changes for this function.
edit:add-var gover~ {|@arguments|
  use str
  var command = ''
  var skip = $false
  for word $arguments {
    if $skip {
      set skip = $false
    } elif (or (eq $word '-h') (eq $word '--help')) {
      set command = help
      break
    } elif (eq $word '--color') {
      set skip = $true
    } elif (and (eq $command '') (not (str:has-prefix $word '-'))) {
      set command = $word
    }
  }
  if (not-eq $command use) {
    (external '@GOVER@') $@arguments
  } else {
    var code = ''
    var restore = { unset-env GOVER_SHELL }
    if (has-env GOVER_SHELL) {
      var before = $E:GOVER_SHELL
      set restore = { set-env GOVER_SHELL $before }
    }
    set-env GOVER_SHELL elvish
    try {
      set code = ((external '@GOVER@') $@arguments | slurp)
    } finally {
      $restore
    }
    eval $code
  }
}
