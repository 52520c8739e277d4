# Bash takes NAME@MODE for three words. Here they are one again, and the answers begin where bash's last word does.
_whose() {
    local words=() before='' i last
    for ((i = 0; i < COMP_CWORD; i++)); do
        if ((i > 1)) && [[ ${COMP_WORDS[i]} == @ || ${COMP_WORDS[i - 1]} == @ ]]; then
            last=$((${#words[@]} - 1))
            words[last]+=${COMP_WORDS[i]}
        else
            words+=("${COMP_WORDS[i]}")
        fi
    done
    if ((i > 1)) && [[ $2 == @* ]]; then
        last=$((${#words[@]} - 1))
        before=${words[last]%@}
        words[last]=$before$2
    else
        words+=("$2")
    fi
    local COMP_WORDS=("${words[@]}") COMP_CWORD=$((${#words[@]} - 1))
    _clap_complete_whose "$1" "$before$2" "$3"
    COMPREPLY=("${COMPREPLY[@]#"$before"}")
}
