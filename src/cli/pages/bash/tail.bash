
_git_par ()
{
	local verb="" verb_idx=0
	__git_par_find_verb "$((${__git_cmd_idx:-0} + 1))"
	if [[ -n "$verb" ]]; then
		__git_par_verb "$verb"
		return
	fi
	case "$prev" in
	-C|--color)
		__git_par_value "" "$prev" "$cur"
		return
		;;
	esac
	case "$cur" in
	-*) __git_par_verb "" ;;
	*) __git_par_offer "$__git_par_verbs" ;;
	esac
}

# Completes the command line of a program of its own.
__git_par_main ()
{
	local cur words cword prev __git_cmd_idx=0
	if declare -F _get_comp_words_by_ref >/dev/null; then
		_get_comp_words_by_ref -n =: cur words cword prev
	else
		words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
		cur="${words[cword]}" prev="${words[cword - 1]}"
		# The sign between an option and its value is a word of its own here.
		if [[ "$cur" == "=" ]]; then
			cur=""
		elif [[ "$prev" == "=" ]]; then
			prev="${words[cword - 2]}"
		fi
	fi
	local name="${1##*/}"
	name="${name//-/_}"
	COMPREPLY=()
	"_$name"
}

complete -o bashdefault -o default -o nospace -F __git_par_main git-par
for __git_par_name in spawn gate pick merge seal verify; do
	complete -o bashdefault -o default -o nospace -F __git_par_main "git-par-$__git_par_name"
done
unset __git_par_name
