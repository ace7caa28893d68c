package main

// bashWords stands before the script for bash: what that takes of the package
// bash-completion, where it is not installed. The words of a line are those that
// blanks divide: bash itself divides them at : and = as well. What is completed after
// a colon is, to bash, what comes behind the last one.
const bashWords = `declare -F _get_comp_words_by_ref >/dev/null || _get_comp_words_by_ref()
{
    local rest=$COMP_LINE i blank
    words=() cword=0
    for ((i = 0; i < ${#COMP_WORDS[@]}; i++)); do
        blank=${rest%%[^[:blank:]]*}
        rest=${rest#"$blank"}
        rest=${rest#"${COMP_WORDS[i]}"}
        if [[ $i == 0 || -n $blank ]]; then
            words[${#words[@]}]=${COMP_WORDS[i]}
        else
            words[${#words[@]} - 1]+=${COMP_WORDS[i]}
        fi
        if [[ $i == "$COMP_CWORD" ]]; then
            cword=$((${#words[@]} - 1))
        fi
    done
    cur=${words[cword]} prev=
    if ((cword > 0)); then
        prev=${words[cword - 1]}
    fi
}

declare -F __ltrim_colon_completions >/dev/null || __ltrim_colon_completions()
{
    local front=${1%"${1##*:}"} i
    if [[ -n $front && $COMP_WORDBREAKS == *:* ]]; then
        for ((i = 0; i < ${#COMPREPLY[@]}; i++)); do
            COMPREPLY[i]=${COMPREPLY[i]#"$front"}
        done
    fi
}

`
