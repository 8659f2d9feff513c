# shellcheck shell=dash disable=SC3023,SC3045 # what only bash knows is only for the wrappers
# ao-wrapper: how agents and the gh and git wrappers update the session's metadata.
#
#   . ~/.ao/bin/ao-metadata-helper.sh
#   update_ao_metadata <key> <value>
#
# For bash 3.2 and later, dash, zsh and busybox; only what POSIX has, besides `local` and `-ef`.
# Returns 0 when the pair is stored or refused, 1 when it could not be stored; prints nothing.

_ao_node='' # the path of node, put in at installation

# --- public ------------------------------------------------------------------------------------

# Stores one or more pairs of key and value in one step. What is refused, and that it is refused
# without a word, is the orchestrator's rule: an agent must not be stopped by its bookkeeping.
update_ao_metadata() {
  [ -n "${AO_DATA_DIR-}" ] && [ -n "${AO_SESSION-}" ] && [ $# -ge 2 ] || return 0
  (_ao_update "$@") >/dev/null 2>&1 </dev/null
}

# --- where the metadata is (all of these run in a subshell) -------------------------------------

# Goes into the data directory and sets _ao_file and _ao_format; exits where there is nothing to do.
_ao_enter() {
  if [ -n "${ZSH_VERSION-}" ]; then emulate sh; fi
  set +eu
  unset CDPATH IFS
  # The tools below must be there whatever the agent made of PATH, and be those of the system.
  PATH=/usr/bin:/bin:$PATH
  LC_ALL=C
  export PATH LC_ALL
  case $AO_SESSION in */* | *..* | .) exit 0 ;; esac
  _ao_allowed "$AO_DATA_DIR" || exit 0
  # The working directory is now the resolved data directory.
  _ao_file=$AO_SESSION.json
  if [ ! -e "./$_ao_file" ] && [ ! -L "./$_ao_file" ]; then _ao_file=$AO_SESSION; fi
  [ -f "./$_ao_file" ] && [ ! -L "./$_ao_file" ] && _ao_is_small "./$_ao_file" || exit 0
  _ao_format=pairs
  _ao_line=
  IFS= read -r _ao_line <"./$_ao_file" || :
  case $_ao_file:$_ao_line in
    "$AO_SESSION".json:* | *:'{'*) _ao_format=json ;;
  esac
}

# Metadata is a few kilobytes, and a lock is a line: up to a megabyte.
_ao_is_small() { [ -z "$(find "$1" -prune -size +1048576c 2>/dev/null)" ]; }

# `cd -P` and PWD resolve links and `..` without a process.
_ao_allowed() {
  cd -P -- "$1" 2>/dev/null || return 1
  _ao_data=$PWD
  for _ao_root in "${HOME:+$HOME/.ao}" "${HOME:+$HOME/.agent-orchestrator}" "${TMPDIR:-/tmp}"; do
    case $_ao_root in /*) ;; *) continue ;; esac
    cd -P -- "$_ao_root" 2>/dev/null || continue
    case $PWD in / | //) continue ;; esac
    case $_ao_data in
      "$PWD" | "$PWD"/*)
        cd -P -- "$_ao_data" || return
        return
        ;;
    esac
  done
  return 1
}

# --- the lock ----------------------------------------------------------------------------------
# The orchestrator's protocol: <file>.lock, created exclusively, stale after 60 s; wait 10 ms
# doubling to 250 ms, give up after 10 s. Ours says who holds it, so that the lock of a process
# that was killed need not grow old first.
#
# A stale lock is removed by one process alone: the one that makes <file>.lock.break-<inode>-<n>.
# Where that one is stale too, the next number decides; none of these names is taken away while its
# lock is there, so that nobody ever removes a lock that came after the one it has looked at.

# One that was made and could not be written (a full disk) tells nobody who holds it: it goes again.
# What is there already and is no file is not even opened: a FIFO would keep us waiting.
_ao_create() {
  if [ -e "$1" ] || [ -L "$1" ]; then return 1; fi
  _ao_made=
  set -C
  { { _ao_made=1; printf '%s\n' "$_ao_token"; } >"$1"; } 2>/dev/null
  set -- "$1" $?
  set +C
  if [ "$2" -ne 0 ] && [ $_ao_made ]; then rm -f "$1"; fi
  return "$2"
}

# Only a small regular file is read: a FIFO would keep us waiting, a device might do anything, and a
# shell reads a terabyte of nothing for hours.
_ao_holds() {
  _ao_holder=
  if [ -f "$1" ] && [ ! -L "$1" ] && _ao_is_small "$1"; then IFS= read -r _ao_holder 2>/dev/null <"$1" || :; fi
  [ "$_ao_holder" = "$_ao_token" ]
}

_ao_alive() {
  kill -0 "$1" 2>/dev/null || [ -e "/proc/$1" ] || ps -p "$1" >/dev/null 2>&1
}

_ao_is_old() { [ -n "$(find "$1" -prune -mmin +1 2>/dev/null)" ]; }

# Newer than a file that is made now: the clock was set back since. Not asked before half a second,
# which nearly nobody waits.
_ao_is_ahead() {
  [ "$_ao_waited" -ge 500 ] && _ao_create "$_ao_temporary" || return 1
  set -- "$(find "$1" -prune -newer "$_ao_temporary" 2>/dev/null)"
  rm -f "$_ao_temporary"
  [ -n "$1" ]
}

# Whoever holds it, a lock that is older than a minute, or that is from the future, is stale: its pid
# may be another process's by now. So is one whose holder on this host is gone.
_ao_sign_of() {
  _ao_holds "$1" || :
  _ao_sign=
  case $_ao_holder in
    "ao-wrapper $_ao_host "*[0-9]) _ao_alive "${_ao_holder##* }" || _ao_sign=gone ;;
  esac
  if [ $_ao_sign ]; then :
  elif _ao_is_old "$1"; then _ao_sign=old
  elif _ao_is_ahead "$1"; then _ao_sign=ahead
  fi
}

# All that counts only when it has been seen for some time, whatever the clock does meanwhile: what a
# process started last (a rename) may still be under way, and one may have locked it just before the
# clock was set. $2 names the file in our notes.
_ao_abandoned() {
  _ao_sign_of "$1"
  _ao_seen=
  eval "_ao_seen=\${_ao_seen_$2-}"
  if [ -z "$_ao_sign" ]; then
    eval "_ao_seen_$2="
    return 1
  elif [ "${_ao_seen#* }" != "$_ao_sign $_ao_holder" ]; then
    eval "_ao_seen_$2=\"\$_ao_waited \$_ao_sign \$_ao_holder\""
    return 1
  fi
  case $_ao_sign in
    ahead) [ $((_ao_waited - ${_ao_seen%% *})) -ge 2000 ] ;;
    *) [ $((_ao_waited - ${_ao_seen%% *})) -ge 1000 ] ;;
  esac
}

# Sets _ao_inode; fails where there is nothing.
_ao_inode_of() {
  _ao_inode=$(ls -di "$1" 2>/dev/null) || return 1
  while :; do
    case $_ao_inode in
      ' '*) _ao_inode=${_ao_inode#?} ;;
      *) break ;;
    esac
  done
  _ao_inode=${_ao_inode%% *}
  case $_ao_inode in '' | *[!0-9]*) return 1 ;; esac
}

# Removes a stale lock; fails where somebody else is about to, or it cannot be removed.
_ao_break() {
  _ao_inode_of "$1" || return 0
  _ao_was="$_ao_inode $_ao_holder"
  for _ao_number in 1 2 3 4 5 6 7 8; do
    _ao_breaker=$1.break-${_ao_was%% *}-$_ao_number
    if _ao_create "$_ao_breaker"; then
      _ao_broken=1
      if _ao_abandoned "$1" lock && _ao_inode_of "$1" && [ "$_ao_inode $_ao_holder" = "$_ao_was" ]
      then
        rm -f "$1" || rmdir "$1"
        if [ ! -e "$1" ] && [ ! -L "$1" ]; then _ao_broken=0; fi
      fi
      rm -f "$1.break-${_ao_was%% *}-"*
      return $_ao_broken
    fi
    _ao_abandoned "$_ao_breaker" "break_$_ao_number" || return 1
  done
  return 1
}

_ao_lock() {
  _ao_waited=0
  _ao_seen_lock=
  _ao_delay=10
  until _ao_create "$1"; do
    [ $_ao_waited -lt 10000 ] || return 1
    # What is no file was never the orchestrator's lock: it is in the way until it is old, or for good.
    if [ -L "$1" ] || { [ -e "$1" ] && [ ! -f "$1" ]; }; then
      [ $_ao_waited -lt 3000 ] || return 1
    elif [ ! -e "$1" ]; then
      # Nobody holds it: perhaps nothing can be written here, and then waiting is of no use.
      rm -f "$_ao_temporary"
      _ao_create "$_ao_temporary" || return 1
      rm -f "$_ao_temporary"
    fi
    if _ao_abandoned "$1" lock && _ao_break "$1"; then continue; fi
    sleep "0.$((_ao_delay / 100))$(((_ao_delay / 10) % 10))" || return 1
    _ao_waited=$((_ao_waited + _ao_delay))
    if [ $_ao_delay -lt 125 ]; then _ao_delay=$((_ao_delay * 2)); else _ao_delay=250; fi
  done
  # What processes that were killed have left: never a session, for it begins with a dot.
  for _ao_left_behind in ./."$_ao_file".ao-* "$1".break*; do
    if [ -f "$_ao_left_behind" ] && _ao_is_old "$_ao_left_behind"; then rm -f "$_ao_left_behind"; fi
  done
}

# --- the update --------------------------------------------------------------------------------

_ao_lost=75 # the exit status of a commit that no longer holds the lock

_ao_update() {
  _ao_enter
  # Keys are checked and newlines taken out before anything is locked.
  _ao_left=$#
  while [ "$_ao_left" -gt 0 ]; do
    case $1 in '' | *[!A-Za-z0-9_-]*) exit 0 ;; esac
    _ao_value=${2-}
    # An address goes to terminals and pages; other values keep all but newlines.
    case $1:$_ao_value in
      pr:*[[:cntrl:]]* | agentReportedPrUrl:*[[:cntrl:]]*)
        _ao_value=$(printf '%s' "$_ao_value" | tr -d '[:cntrl:]')
        ;;
      *[[:cntrl:]]*) _ao_value=$(printf '%s' "$_ao_value" | tr -d '\r\n') ;;
    esac
    set -- "$@" "$1" "$_ao_value"
    shift 2
    _ao_left=$((_ao_left - 2))
  done

  # shellcheck disable=SC3028 # where the shell does not set them something else does
  _ao_pid=${BASHPID-} _ao_host=${HOSTNAME-}
  [ -n "$_ao_pid" ] || _ao_pid=$(exec sh -c 'echo "$PPID"')
  # What an environment says may be anything; a lock has one line.
  case $_ao_host in '' | *[!0-9A-Za-z._-]*) _ao_host=$(uname -n) ;; esac
  _ao_token="ao-wrapper $_ao_host $_ao_pid"
  # shellcheck disable=SC3028 # where there is none the name is of the pid alone
  _ao_temporary=./.$_ao_file.ao-$_ao_pid-${RANDOM-}${RANDOM-}
  # Where others found the lock stale while we held it, everything is done again.
  _ao_result=$_ao_lost
  for _ao_try in 1 2 3 4 5; do
    [ $_ao_result = $_ao_lost ] || break
    _ao_lock "./$_ao_file.lock" || exit 1
    (_ao_commit "$@")
    _ao_result=$?
    if [ $_ao_result != 0 ]; then rm -f "$_ao_temporary"; fi
    if _ao_holds "./$_ao_file.lock"; then rm -f "./$_ao_file.lock"; fi
  done
  [ $_ao_result = 0 ] || exit 1
}

# Runs in a subshell of its own and ends with the process that renames.
_ao_commit() {
  case $_ao_format in
    json) _ao_commit_json "$@" ;;
    *)
      _ao_begin
      _ao_rewrite "$@" <"./$_ao_file" >"$_ao_temporary" || exit 1
      _ao_rename
      ;;
  esac
}

# The next file that is written is a new one, never what somebody has put there under its name, and
# has the mode of the metadata.
_ao_begin() {
  if [ -e "$_ao_temporary" ] || [ -L "$_ao_temporary" ]; then rm -f "$_ao_temporary"; fi
  _ao_rights=$(ls -ld "./$_ao_file") || exit 1
  _ao_rights=${_ao_rights#?}
  _ao_mask=
  for _ao_who in u g o; do
    case $_ao_who$_ao_rights in
      ?rw*) _ao_mask=${_ao_mask}0 ;;
      ?r*) _ao_mask=${_ao_mask}2 ;;
      ?-w*) _ao_mask=${_ao_mask}4 ;;
      *) _ao_mask=${_ao_mask}6 ;;
    esac
    _ao_rights=${_ao_rights#???}
  done
  umask "0$_ao_mask" || exit 1
  set -C
}

_ao_rename() {
  _ao_holds "./$_ao_file.lock" || exit $_ao_lost
  exec mv -f "$_ao_temporary" "./$_ao_file"
}

# Copies key=value lines; a line with one of our keys becomes the new pair, a second one of the
# same key goes (readers take the last), keys that were not there come at the end.
_ao_rewrite() {
  _ao_done=' '
  while IFS= read -r _ao_line || [ -n "$_ao_line" ]; do
    _ao_new=$_ao_line
    case $_ao_line in
      *=*)
        _ao_key=${_ao_line%%=*}
        while :; do
          case $_ao_key in
            [[:space:]]*) _ao_key=${_ao_key#?} ;;
            *[[:space:]]) _ao_key=${_ao_key%?} ;;
            *) break ;;
          esac
        done
        _ao_match "$@"
        case $? in
          1) ;;
          2) continue ;;
        esac
        ;;
    esac
    printf '%s\n' "$_ao_new" || return 1
  done
  while [ $# -gt 0 ]; do
    _ao_key=$1
    _ao_match "$@"
    case $? in
      0) printf '%s\n' "$_ao_new" || return 1 ;;
    esac
    shift 2
  done
}

# 0: _ao_new is the pair for _ao_key; 1: not our key; 2: our key, but written already. Of two pairs
# with the same key the last counts.
_ao_match() {
  _ao_found=
  while [ $# -gt 0 ]; do
    if [ "$1" = "$_ao_key" ]; then
      _ao_found=1
      _ao_new=$1=$2
    fi
    shift 2
  done
  [ -n "$_ao_found" ] || return 1
  case $_ao_done in *" $_ao_key "*) return 2 ;; esac
  _ao_done="$_ao_done$_ao_key "
}

# JSON is written by a JSON tool or not at all.
_ao_commit_json() {
  if [ -x "$_ao_node" ]; then
    unset NODE_OPTIONS NODE_V8_COVERAGE
    ELECTRON_RUN_AS_NODE=1 exec "$_ao_node" -e '
      const fs = require("node:fs");
      const [file, temporary, lock, token, lost, ...pairs] = process.argv.slice(1);
      const metadata = JSON.parse(fs.readFileSync(file, "utf8"));
      if (typeof metadata !== "object" || metadata === null || Array.isArray(metadata)) {
        process.exit(1);
      }
      for (let i = 0; i < pairs.length; i += 2) {
        // not an assignment: that would not make a property of "__proto__"
        Object.defineProperty(metadata, pairs[i], {
          value: pairs[i + 1], configurable: true, enumerable: true, writable: true,
        });
      }
      const mode = fs.statSync(file).mode & 0o7777;
      fs.rmSync(temporary, { force: true });
      const handle = fs.openSync(temporary, "wx", 0o600);
      fs.fchmodSync(handle, mode);
      fs.writeFileSync(handle, JSON.stringify(metadata, null, 2) + "\n");
      fs.fsyncSync(handle);
      fs.closeSync(handle);
      if (!fs.existsSync(lock) || fs.readFileSync(lock, "utf8") !== token + "\n") process.exit(lost);
      fs.renameSync(temporary, file);
    ' -- "./$_ao_file" "$_ao_temporary" "./$_ao_file.lock" "$_ao_token" $_ao_lost "$@"
  fi
  _ao_program='if type == "object" then . else error("no object") end'
  _ao_left=$#
  while [ "$_ao_left" -gt 0 ]; do
    _ao_program="$_ao_program | .[\$k$_ao_left] = \$v$_ao_left"
    set -- "$@" --arg "k$_ao_left" "$1" --arg "v$_ao_left" "$2"
    shift 2
    _ao_left=$((_ao_left - 2))
  done
  _ao_begin
  jq --indent 2 "$@" "$_ao_program" <"./$_ao_file" >"$_ao_temporary" || exit 1
  [ -s "$_ao_temporary" ] || exit 1
  _ao_rename
}

# --- for the wrappers --------------------------------------------------------------------------

# Prints the value of a key, nothing where there is none.
_ao_read_metadata() {
  [ -n "${AO_DATA_DIR-}" ] && [ -n "${AO_SESSION-}" ] || return 0
  (_ao_enter 2>/dev/null && _ao_read "$1") 2>/dev/null
}

_ao_read() {
  _ao_value=
  if [ "$_ao_format" = pairs ]; then
    while IFS= read -r _ao_line || [ -n "$_ao_line" ]; do
      case $_ao_line in "$1="*) _ao_value=${_ao_line#*=} ;; esac
    done <"./$_ao_file"
  elif _ao_read_line "$1"; then
    :
  elif [ -x "$_ao_node" ]; then
    unset NODE_OPTIONS NODE_V8_COVERAGE
    ELECTRON_RUN_AS_NODE=1 exec "$_ao_node" -p \
      'JSON.parse(require("node:fs").readFileSync(process.argv[1], "utf8"))[process.argv[2]] ?? ""' \
      -- "./$_ao_file" "$1"
  else
    exec jq -r --arg key "$1" '.[$key] // ""' <"./$_ao_file"
  fi
  printf '%s\n' "$_ao_value"
}

# As the orchestrator writes its JSON, a plain string of the outer object has a line to itself; this
# spares starting a JSON tool. Anything else is left to the tool.
_ao_read_line() {
  while IFS= read -r _ao_line || [ -n "$_ao_line" ]; do
    case $_ao_line in
      *\\*) ;;
      "  \"$1\": \""*'"' | "  \"$1\": \""*'",')
        _ao_value=${_ao_line#"  \"$1\": \""}
        _ao_value=${_ao_value%,}
        _ao_value=${_ao_value%'"'}
        return 0
        ;;
    esac
  done <"./$_ao_file"
  return 1
}

# Runs the real program with these arguments, the terminal and the streams as they are, and sets
# _ao_status to its exit status. Needs bash, and _ao_exec of the wrapper.
#
# A shell that waits for a program in the foreground hears no signal before that has ended, and one
# that waits with `wait` loses the status of a program that ends in the moment of a signal. So a
# second shell waits in the foreground, this one reads from a pipe what that has to say (the
# program's pid, then its status), and its traps run at once. All are one process group.
_ao_run() {
  _ao_status=
  _ao_signals=
  _ao_child=
  for _ao_signal in HUP INT QUIT TERM USR1 USR2; do
    # shellcheck disable=SC2064 # the name as it is now
    trap "_ao_on_signal $_ao_signal" "$_ao_signal"
  done
  # Copies for the program, clear of its own numbers and below a limit of 64, where bash reads the
  # script by 63; a closed stream has none. With fewer descriptors the program alone is run.
  { exec 57</dev/null; } 2>/dev/null || _ao_exec "$@"
  exec 57<&-
  if { : 9>&1; } 2>/dev/null; then exec 58>&1; fi
  if { : 9>&2; } 2>/dev/null; then exec 59>&2; fi
  case ${BASH_VERSION-} in
    [123].* | 4.[0123].*) _ao_begin_supervise "$@" ;;
    *) eval 'exec 57< <(_ao_supervise "$@")' ;; # other shells cannot even read this
  esac
  exec 58>&- 59>&-
  while [ -z "$_ao_status" ]; do
    # Without `IFS=`: a trap within `read` frees it in bash 3.2, and a digit of the status went.
    if read -r -u 57 _ao_line; then
      case $_ao_child:$_ao_line in
        :*)
          _ao_child=$_ao_line
          if [ -n "$_ao_signals" ]; then _ao_forward "${_ao_signals##* }"; fi
          ;;
        *) _ao_status=$_ao_line ;;
      esac
    elif [ $? -le 128 ]; then # the end; more than that is a signal
      _ao_status=137
    fi
  done
  exec 57<&-
}

# These versions start what runs beside them with SIGINT and SIGQUIT ignored, which nobody can undo:
# so the second shell is started in the foreground, and the shell that waits for it is killed.
_ao_begin_supervise() {
  # shellcheck disable=SC3028 # bash
  _ao_pipe=${TMPDIR:-/tmp}/.ao-wrapper-$$-$RANDOM
  if ! mkfifo -m 600 "$_ao_pipe" 2>/dev/null; then
    exec 58>&- 59>&-
    _ao_exec "$@"
  fi
  exec 56<>"$_ao_pipe" # for both: who opens one end would wait for the other
  exec 57<"$_ao_pipe"
  rm -f "$_ao_pipe"
  # shellcheck disable=SC2016 # for that shell
  {
    (
      _ao_supervise "$@" >&56 56>&- 57<&- |
        sh -c '[ "$PPID" = "$1" ] || kill -9 "$PPID"' sh $$
    )
  } 2>/dev/null
  exec 56>&-
}

_ao_supervise() {
  # Trapped, not ignored: the program starts with what the wrapper was started with.
  trap : HUP INT QUIT TERM USR1 USR2
  exec 2>/dev/null
  (
    # shellcheck disable=SC3028 # before bash 4 another tells
    _ao_pid=${BASHPID-}
    [ -n "$_ao_pid" ] || _ao_pid=$(exec sh -c 'echo "$PPID"')
    printf '%s\n' "${_ao_pid:--}" # never nothing: the next line would be taken for it
    _ao_become "$@"
  )
  printf '%s\n' $?
}

_ao_become() {
  if { : 9>&58; } 2>/dev/null; then exec >&58 58>&-; else exec >&-; fi
  if { : 9>&59; } 2>/dev/null; then exec 2>&59 59>&-; else exec 2>&-; fi
  # Before bash 5 `exec` does it itself, since then only outside of subshells.
  case ${BASH_VERSION-} in [1234].*) ;; *) SHLVL=$((${SHLVL:-1} - 1)) ;; esac
  trap - HUP INT QUIT TERM USR1 USR2
  _ao_exec "$@"
}

_ao_on_signal() {
  _ao_signals="$_ao_signals $1"
  if [ -n "$_ao_child" ]; then _ao_forward "$1"; fi
}

# What a terminal or `kill` sends to the process group has reached the program already; it is given
# a moment to end, so that it does not get such a signal twice.
_ao_forward() {
  case $1 in
    INT | QUIT) if [ -t 0 ] || [ -t 1 ] || [ -t 2 ]; then return 0; fi ;;
  esac
  sleep 0.05
  kill -s "$1" "$_ao_child" 2>/dev/null
}

# Ends the wrapper as the program ended: with its status, or by the signal that the wrapper got and
# the program died of. That a program was killed from elsewhere cannot be told from `exit 137`.
_ao_finish() {
  trap - HUP INT QUIT TERM USR1 USR2
  if [ "$_ao_status" -gt 128 ]; then
    _ao_signal=$(kill -l "$_ao_status" 2>/dev/null)
    case "$_ao_signals " in
      *" ${_ao_signal:-none} "*)
        ulimit -c 0
        kill -s "$_ao_signal" $$
        # bash always ignores SIGQUIT; another program in its place does not.
        _ao_program=$(type -P kill) && exec "$_ao_program" -s "$_ao_signal" $$
        ;;
    esac
  fi
  exit "$_ao_status"
}
