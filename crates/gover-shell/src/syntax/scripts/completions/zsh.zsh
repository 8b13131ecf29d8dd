#compdef gover
# Completions of gover for zsh: eval "$(gover completions zsh)"
# Tab runs gover, which knows what fits. It ends with 1 if the names of files do.
function _gover {
  \builtin local found code line
  \builtin local -a values texts
  found="$(\command gover complete zsh "--word=${(Q)PREFIX}" -- "${(@Q)words[1,CURRENT-1]}" 2>'/dev/null')"
  code="$?"
  for line in "${(@f)found}"; do
    if [[ -n "$line" ]]; then
      values+=("${line%%$'\t'*}")
      texts+=("${line/$'\t'/  -- }")
    fi
  done
  if [[ "$code" == '1' ]]; then
    _files
  else
    \builtin compadd -l -V 'gover' -d 'texts' -a 'values'
  fi
}
# Without compinit, zsh has its older system.
function _gover_values {
  \builtin emulate -L zsh
  \builtin local count found
  \builtin local -a before
  \builtin read -cA before
  \builtin read -cn count
  found="$(\command gover complete zsh "--word=${(Q)1}" -- "${(@Q)before[1,count-1]}" 2>'/dev/null')"
  reply=("${(@)${(@f)found}%%$'\t'*}")
}
# Startup files may run compinit after this, so the choice waits for the first prompt.
function _gover_register {
  \builtin emulate -L zsh
  precmd_functions=("${(@)precmd_functions:#_gover_register}")
  if [[ -n "${functions[compdef]-}" ]]; then
    compdef '_gover' 'gover'
  else
    \builtin compctl -K '_gover_values' + -f 'gover'
  fi
}
if [[ "${funcstack[1]-}" == '_gover' ]]; then
  _gover "$@"
elif [[ -o 'interactive' ]]; then
  precmd_functions=("${(@)precmd_functions:#_gover_register}" '_gover_register')
fi
