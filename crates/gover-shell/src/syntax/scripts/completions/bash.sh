# Completions of gover for bash: eval "$(gover completions bash)"
# Tab runs gover, which knows what fits. It ends with 1 if the names of files do.
function __gover_complete {
  \builtin local found code word IFS=$'\n'
  found=$(\command gover complete bash "--word=${2-}" -- "${COMP_WORDS[@]:0:COMP_CWORD}" 2>/dev/null)
  code=$?
  COMPREPLY=()
  while \builtin read -r word; do
    [[ -z $word ]] || COMPREPLY+=("$word")
  done <<<"$found"
  if [[ $code -eq 1 ]]; then
    # bash before 4 has no compopt.
    \builtin compopt -o default 2>/dev/null || COMPREPLY=($(\builtin compgen -f -- "${2-}"))
  fi
}
# bash before 4.4 sorts always.
\builtin complete -o nosort -F __gover_complete gover 2>/dev/null ||
  \builtin complete -F __gover_complete gover 2>/dev/null || :
