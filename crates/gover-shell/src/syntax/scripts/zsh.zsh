# gover for zsh: eval "$(gover init zsh)"
# `emulate` resets the options of the caller. Quotes and backslashes prevent aliases, even global ones.
function __gover_first {
  \builtin emulate -L zsh
  if [[ -n "${PATH-}" ]]; then
    path=("$1" "${(@)path:#$1}")
  else
    path=("$1")
  fi
  \builtin export PATH
}
__gover_first '@BIN@'
\builtin unset -f __gover_first

# A program cannot change the environment of its shell, so `gover use` prints the changes for this function.
function gover {
  \builtin emulate -L zsh
  \builtin local __gover_word='' __gover_command='' __gover_skip=''
  for __gover_word in "$@"; do
    if [[ -n "$__gover_skip" ]]; then
      __gover_skip=''
      continue
    fi
    case "$__gover_word" in
      ('-h' | '--help')
        __gover_command='help'
        break
        ;;
      ('--color') __gover_skip='1' ;;
      ('-'*) ;;
      (*) __gover_command="${__gover_command:-$__gover_word}" ;;
    esac
  done
  if [[ "$__gover_command" != 'use' ]]; then
    '@GOVER@' "$@"
    return
  fi
  __gover_command="$(GOVER_SHELL='zsh' '@GOVER@' "$@")" || return
  \builtin eval "$__gover_command"
}
