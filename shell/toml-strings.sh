#!/bin/sh
# Prints each argument as a TOML string on one line, with commas between them: a launch hands on what only the shell of
# the session knows.

# Bytes: a letter beyond ASCII goes through as it is.
LC_ALL=C
comma=
for rest; do
  text=
  while [ -n "$rest" ]; do
    plain=${rest%%[\"\\[:cntrl:]]*}
    text=$text$plain
    rest=${rest#"$plain"}
    [ -n "$rest" ] || break
    letter=${rest%"${rest#?}"}
    rest=${rest#?}
    case $letter in
      \" | \\) text="$text\\$letter" ;;
      *) text=$text$(printf '\\u%04X' "'$letter") ;;
    esac
  done
  printf '%s"%s"' "$comma" "$text"
  comma=,
done
