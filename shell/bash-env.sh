#!/usr/bin/env bash
# Read by every bash that Codex starts, after the profile (BASH_ENV). First what the user's own BASH_ENV names, then
# our wrappers in front of whatever PATH has become.

if [ -n "${AO_CODEX_USER_BASH_ENV:-}" ]; then
  # The user's file may export its own name as BASH_ENV; the shells below this one are to read ours.
  AO_CODEX_BASH_ENV=$BASH_ENV
  AO_CODEX_USER_FILE=$AO_CODEX_USER_BASH_ENV
  # bash expands the value as if it stood in double quotes.
  [ -r "$AO_CODEX_USER_FILE" ] || eval "AO_CODEX_USER_FILE=\"$AO_CODEX_USER_BASH_ENV\""
  if [ -r "$AO_CODEX_USER_FILE" ] && ! [ "$AO_CODEX_USER_FILE" -ef "${BASH_SOURCE[0]}" ]; then
    # shellcheck source=/dev/null
    . "$AO_CODEX_USER_FILE"
  fi
  export BASH_ENV=$AO_CODEX_BASH_ENV
  unset AO_CODEX_BASH_ENV AO_CODEX_USER_FILE
fi

if [ -n "${AO_CODEX_WRAPPERS:-}" ]; then
  # The orchestrator may have put its own there since the launch: ours are beside it then.
  if [ -x "${AO_CODEX_WRAPPERS%/bin}/codex/bin/git" ]; then
    export AO_CODEX_WRAPPERS=${AO_CODEX_WRAPPERS%/bin}/codex/bin
  fi
  case "$PATH" in
    "$AO_CODEX_WRAPPERS" | "$AO_CODEX_WRAPPERS":*) ;;
    *) export PATH="$AO_CODEX_WRAPPERS:$PATH" ;;
  esac
fi
