ao_codex_read .zshrc
if [[ -o login ]]; then
  ZDOTDIR=$AO_CODEX_ZDOTDIR
else
  ao_codex_end
fi
