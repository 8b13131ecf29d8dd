# gover for sh: eval "$(gover init sh)"
__gover_bin='@BIN@'
__gover_path=":${PATH:+$PATH:}"
while
  __gover_next=${__gover_path%%":$__gover_bin:"*}
  [ ${#__gover_next} -ne ${#__gover_path} ]
do
  __gover_path=$__gover_next:${__gover_path#*":$__gover_bin:"}
done
export PATH="$__gover_bin${__gover_path%:}"
unset -v __gover_bin __gover_path __gover_next

# An alias of this name would apply to the definition below.
unalias gover 2>/dev/null || :

# Prints the command among arguments. Runs in a subshell, since sh has no local variables.
__gover_command() {
  command='' skip=''
  for word in ${1+"$@"}; do
    if [ -n "$skip" ]; then
      skip=''
      continue
    fi
    case $word in
      -h | --help) return ;;
      --color) skip=1 ;;
      -*) ;;
      *) command=${command:-$word} ;;
    esac
  done
  printf '%s' "$command"
}

# A program cannot change the environment of its shell, so `gover use` prints the changes for this function.
gover() {
  case $(__gover_command ${1+"$@"}) in
    use)
      __gover_code=$(GOVER_SHELL='sh' '@GOVER@' "$@") || return
      eval "$__gover_code"
      unset -v __gover_code
      ;;
    *) '@GOVER@' ${1+"$@"} ;;
  esac
}
