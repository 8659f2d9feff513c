# Read by every zsh that Codex starts (ZDOTDIR). Each file of the user is read in its turn, with the user's own
# ZDOTDIR; last of all our wrappers come first in PATH, which the system's profile may have reordered.

AO_CODEX_ZDOTDIR=$ZDOTDIR

ao_codex_read() {
  if [[ -n ${AO_CODEX_USER_ZDOTDIR:-} ]]; then
    export ZDOTDIR=$AO_CODEX_USER_ZDOTDIR
  else
    unset ZDOTDIR
  fi
  # In quotes, for the user's options may split words.
  [[ -r ${ZDOTDIR:-$HOME}/$1 ]] && . "${ZDOTDIR:-$HOME}/$1"
  # A user's .zshenv may say where the other files are.
  AO_CODEX_USER_ZDOTDIR=${ZDOTDIR:-}
  return 0
}

ao_codex_end() {
  emulate -L zsh
  # The orchestrator may have put its own there since the launch: ours are beside it then.
  if [[ -n ${AO_CODEX_WRAPPERS:-} && -x ${AO_CODEX_WRAPPERS%/bin}/codex/bin/git ]]; then
    export AO_CODEX_WRAPPERS=${AO_CODEX_WRAPPERS%/bin}/codex/bin
  fi
  path=(${AO_CODEX_WRAPPERS:+$AO_CODEX_WRAPPERS} ${path:#${AO_CODEX_WRAPPERS:-}})
  export PATH
  # Codex may start a second zsh inside the first; it and all others are to read these files too.
  export ZDOTDIR=$AO_CODEX_ZDOTDIR
  unset AO_CODEX_ZDOTDIR
  unfunction ao_codex_read ao_codex_end
}

ao_codex_read .zshenv
if [[ -o login || -o interactive ]]; then
  ZDOTDIR=$AO_CODEX_ZDOTDIR
else
  ao_codex_end
fi
