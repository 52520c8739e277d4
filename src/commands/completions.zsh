# Installed as a file of its own, this is loaded by the first Tab, which it answers too.
if [[ ${funcstack[1]} == _whose ]]; then
    _clap_dynamic_completer_whose "$@"
fi
