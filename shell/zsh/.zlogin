ao_codex_read .zlogin
ao_codex_end
