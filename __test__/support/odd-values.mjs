/**
 * Names of one directory each, by what is odd about them; all that a shell, a TOML string or a terminal could mistake.
 */
export const ODD_VALUES = {
  "a single quote": "it's",
  "a quote at each end": "'quoted'",
  "a literal TOML string of several lines": "'''three'''",
  "what would end a TOML string and begin a setting": "a', b='c",
  "double quotes": '"double" """three"""',
  "a backslash": "back\\slash\\n\\",
  "a dollar sign and backticks": "$HOME ${HOME} $(id) `id`",
  "spaces at both ends": "  two  spaces  ",
  "an exclamation mark": "no!way!!",
  "globs, braces and a tilde": "*[a-z]? {a,b} ~",
  "a newline in the middle": "two\nlines",
  "newlines at both ends": "\n\nlines\n\n",
  "control characters": "a\tb\rc\u0001d\u001b[31me\u007f",
  "letters beyond ASCII": "Größe 漢字 é🎉\u0085\u2028\u{10ffff}",
  "a word that looks like a flag": "-n -- -c x=y",
};
