//! The facts that a Codex tells of itself: its version and the flags that it takes. Text in, facts out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// The facts of one Codex binary that launches need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    /// `0.169.0`; `None` where it would not say.
    pub version: Option<String>,
    /// The values that `--ask-for-approval` takes.
    pub approval_policies: Vec<String>,
    /// True if `codex resume` exists.
    pub resume: bool,
    /// True if `--no-daemon` exists: without it a current Codex may hand the session over to a background server,
    /// whose environment is not the session's.
    pub no_daemon: bool,
    /// The models that have a successor, which Codex offers at a start until it was answered, with that successor.
    pub model_successors: BTreeMap<String, String>,
}

impl Facts {
    /// Reads the output of `codex --version`, `codex --help` and `codex debug models --bundled` (empty where it has no
    /// such command); `None` where the help is not that of a Codex.
    #[must_use]
    pub fn parse(version: &str, help: &str, models: &str) -> Option<Self> {
        let approval_policies = values_of(help, "--ask-for-approval");
        if approval_policies.is_empty() {
            return None;
        }
        Some(Self {
            version: version_in(version),
            approval_policies,
            resume: has_command(help, "resume"),
            no_daemon: has_option(help, "--no-daemon"),
            model_successors: successors_in(models),
        })
    }
}

/// Tells whether a line of the help opens with this command.
#[must_use]
pub fn has_command(help: &str, command: &str) -> bool {
    help.lines().any(|line| line.split_whitespace().next() == Some(command))
}

/// Each model of the list that names the one that follows it; none where the text is no such list.
fn successors_in(models: &str) -> BTreeMap<String, String> {
    #[derive(Deserialize)]
    struct List {
        models: Vec<Model>,
    }
    #[derive(Deserialize)]
    struct Model {
        slug: String,
        #[serde(default)]
        upgrade: Option<Upgrade>,
    }
    #[derive(Deserialize)]
    struct Upgrade {
        model: String,
    }
    let list: List = serde_json::from_str(models).unwrap_or(List { models: Vec::new() });
    let pair = |Model { slug, upgrade }| Some((slug, upgrade?.model));
    list.models.into_iter().filter_map(pair).collect()
}

/// The first `1.2.3`, with what may follow it (`-alpha.1`).
fn version_in(text: &str) -> Option<String> {
    text.split_whitespace()
        .map(|word| word.trim_start_matches('v'))
        .find(|word| {
            let mut numbers = word.split(['.', '-']);
            let mut is_number = || {
                numbers.next().is_some_and(|part| {
                    !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit())
                })
            };
            is_number() && is_number() && is_number()
        })
        .map(str::to_owned)
}

/// Tells whether a line of the help opens with this option, alone or after its short form.
fn has_option(help: &str, option: &str) -> bool {
    help.lines().any(|line| opens_option(line) && words(line).any(|word| word == option))
}

/// The values that the help lists for an option, in either form: `[possible values: a, b]` on one line, or
/// `Possible values:` and a list.
fn values_of(help: &str, option: &str) -> Vec<String> {
    let mut lines =
        help.lines().skip_while(|line| !(opens_option(line) && words(line).any(|w| w == option)));
    let own = lines.next().into_iter().chain(lines.take_while(|line| !opens_option(line)));
    own.flat_map(|line| {
        let line = line.trim();
        let inline = line
            .split_once("[possible values: ")
            .map(|(_, values)| values.trim_end_matches(']').split(", ").collect())
            .unwrap_or_default();
        let listed = line.strip_prefix("- ").and_then(|item| item.split([':', ' ']).next());
        [inline, Vec::from_iter(listed)].concat()
    })
    .map(str::to_owned)
    .collect()
}

/// Options stand two or six columns in; their descriptions stand deeper.
fn opens_option(line: &str) -> bool {
    let text = line.trim_start();
    text.starts_with('-') && !text.starts_with("- ") && line.len() - text.len() <= 6
}

fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split([' ', ',', '=']).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const CURRENT: &str = "\
Commands:
  exec              Run Codex non-interactively [aliases: e]
  resume            Resume a previous interactive session (picker by default; use --last to continue
                    the most recent)

Options:
  -s, --sandbox <SANDBOX_MODE>
          Select the sandbox policy to use when executing model-generated shell commands

          [possible values: read-only, workspace-write, danger-full-access]

  -a, --ask-for-approval <APPROVAL_POLICY>
          Configure when the model requires human approval before executing a command

          Possible values:
          - on-request: The model decides when to ask the user for approval
          - never:      Never ask for user approval Execution failures are immediately returned to
            the model

      --no-daemon
          Run without the shared background server, even if it is already running
";

    const MODELS: &str = r#"{"models":[{"slug":"gpt-6-sol","upgrade":null},{"slug":"plain"},
        {"slug":"gpt-5.6-sol","upgrade":{"model":"gpt-6-sol","migration_markdown":"Meet it"}}]}"#;

    #[test]
    fn reads_a_current_codex() {
        assert_eq!(
            Facts::parse("codex-cli 0.169.0\n", CURRENT, MODELS),
            Some(Facts {
                version: Some("0.169.0".to_owned()),
                approval_policies: vec!["on-request".to_owned(), "never".to_owned()],
                resume: true,
                no_daemon: true,
                model_successors: BTreeMap::from([(
                    "gpt-5.6-sol".to_owned(),
                    "gpt-6-sol".to_owned()
                )]),
            })
        );
    }

    #[test]
    fn reads_values_on_one_line() {
        let help =
            "  -a, --ask-for-approval <P>  When to ask [possible values: untrusted, never]\n";
        assert_eq!(
            Facts::parse("codex-cli 0.20.0-alpha.3", help, "error: unrecognized"),
            Some(Facts {
                version: Some("0.20.0-alpha.3".to_owned()),
                approval_policies: vec!["untrusted".to_owned(), "never".to_owned()],
                resume: false,
                no_daemon: false,
                model_successors: BTreeMap::new(),
            })
        );
    }

    #[test]
    fn knows_nothing_of_a_program_that_is_no_codex() {
        assert_eq!(Facts::parse("git version 2.39.5", "usage: git [--version]", ""), None);
        assert_eq!(Facts::parse("", "", ""), None);
    }

    #[test]
    fn an_option_named_in_a_description_is_no_option() {
        let help = CURRENT.replace("      --no-daemon\n", "          see --no-daemon\n");
        assert_eq!(Facts::parse("", &help, "").map(|facts| facts.no_daemon), Some(false));
    }
}
