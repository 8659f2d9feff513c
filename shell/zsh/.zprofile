ao_codex_read .zprofile
ZDOTDIR=$AO_CODEX_ZDOTDIR
