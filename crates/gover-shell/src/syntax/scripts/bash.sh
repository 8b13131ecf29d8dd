# gover for bash: eval "$(gover init bash)"
# Backslashes prevent aliases. Lengths are compared because `shopt -s nocasematch` changes == and case.
function __gover_first {
  \builtin local __gover_next __gover_path=":${PATH:+$PATH:}"
  while
    __gover_next=${__gover_path%%":$1:"*}
    [[ ${#__gover_next} -ne ${#__gover_path} ]]
  do
    __gover_path=$__gover_next:${__gover_path#*":$1:"}
  done
  __gover_path=${__gover_path%:}
  \builtin export PATH="$1$__gover_path"
}
__gover_first '@BIN@'
\builtin unset -f __gover_first

# A program cannot change the environment of its shell, so `gover use` prints the changes for this function.
function gover {
  \builtin local __gover_word __gover_command='' __gover_skip=''
  for __gover_word in ${1+"$@"}; do
    if [[ -n $__gover_skip ]]; then
      __gover_skip=''
      continue
    fi
    case $__gover_word in
      -h | --help)
        __gover_command=help
        break
        ;;
      --color) __gover_skip=1 ;;
      -*) ;;
      *) __gover_command=${__gover_command:-$__gover_word} ;;
    esac
  done
  if [[ $__gover_command != use ]]; then
    '@GOVER@' ${1+"$@"}
    return
  fi
  __gover_command=$(GOVER_SHELL=bash '@GOVER@' "$@") || return
  \builtin eval "$__gover_command"
}
