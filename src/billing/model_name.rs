//! The names of a model: it has many, and a new one has relatives.

/// The endings that say how hard a model thinks, which costs nothing per token.
const EFFORTS: [&str; 7] = ["-none", "-minimal", "-low", "-medium", "-high", "-xhigh", "-ultra"];

/// Providers that some programs write before a model without a slash.
const PROVIDERS: [&str; 2] = ["openai:", "azure:"];

/// The separator between a region and a model's name on Bedrock.
const BEDROCK: &str = "openai.";

/// The names under which a model may stand in a table, the one that says most first: as it is, without what a route, a
/// date or an effort adds to its end, both without a provider, and as the newest of its kind.
#[must_use]
pub fn spellings(name: &str) -> Vec<String> {
    let name = name.trim().to_ascii_lowercase();
    let own = without_provider(&name);
    let newest = format!("{}-latest", undecorated(own));
    let mut spellings: Vec<String> =
        [&name, undecorated(&name), own, undecorated(own), &newest].map(str::to_owned).into();
    spellings.dedup();
    spellings
}

/// A model's name without a provider before it and decoration behind it.
#[must_use]
pub fn bare(name: &str) -> String {
    undecorated(without_provider(&name.trim().to_ascii_lowercase())).to_owned()
}

/// A name without `:nitro`, `@default`, `[1m]`, a date, or an effort at its end.
fn undecorated(name: &str) -> &str {
    let mut bare = name;
    loop {
        let shorter = without_effort(undated(without_route(bare)));
        if shorter == bare {
            return bare;
        }
        bare = shorter;
    }
}

fn without_route(name: &str) -> &str {
    name.find(['[', '@', ':']).and_then(|at| name.get(..at)).unwrap_or(name).trim_end()
}

fn without_effort(name: &str) -> &str {
    EFFORTS.iter().find_map(|effort| name.strip_suffix(effort)).unwrap_or(name)
}

/// A name without `-YYYY-MM-DD` or `-YYYYMMDD` at its end.
fn undated(name: &str) -> &str {
    for form in ["-dddd-dd-dd", "-dddddddd"] {
        let at = name.len().checked_sub(form.len());
        let Some((bare, date)) = at.and_then(|at| name.split_at_checked(at)) else { continue };
        let fits = |(byte, form): (u8, u8)| match form {
            b'd' => byte.is_ascii_digit(),
            other => byte == other,
        };
        if date.bytes().zip(form.bytes()).all(fits) {
            return bare;
        }
    }
    name
}

/// A name without `azure/eu/`, `openai/`, `openai:` or `us.openai.` before it.
fn without_provider(name: &str) -> &str {
    let bare = name.rsplit_once('/').map_or(name, |(_, bare)| bare);
    let bare = PROVIDERS.iter().find_map(|provider| bare.strip_prefix(provider)).unwrap_or(bare);
    bare.rsplit_once(BEDROCK).map_or(bare, |(_, bare)| bare)
}

/// `gpt-<version>[-<variant>]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gpt<'n> {
    /// Major and minor, `gpt-6` as 6 and 0.
    pub version: (u32, u32),
    /// `codex`, `sol`, …; empty for the model itself.
    pub variant: &'n str,
}

impl<'n> Gpt<'n> {
    /// The parts of a name without decoration; `None` for one of another form.
    #[must_use]
    pub fn parse(name: &'n str) -> Option<Self> {
        let rest = name.strip_prefix("gpt-")?;
        let end = rest.find(|other: char| other != '.' && !other.is_ascii_digit());
        let (version, variant) = rest.split_at(end.unwrap_or(rest.len()));
        let (major, minor) = version.split_once('.').unwrap_or((version, "0"));
        let variant = match variant.strip_prefix('-') {
            None if !variant.is_empty() => return None,
            variant => variant.unwrap_or_default(),
        };
        Some(Self { version: (major.parse().ok()?, minor.parse().ok()?), variant })
    }

    /// The model without the last word of its variant; `None` where it has none.
    #[must_use]
    pub fn less_special(self) -> Option<Self> {
        if self.variant.is_empty() {
            return None;
        }
        let variant = self.variant.rsplit_once('-').map_or("", |(variant, _)| variant);
        Some(Self { variant, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_may_stand_under_every_name_that_means_the_same() {
        for (name, bare) in [
            ("GPT-5.4 ", "gpt-5.4"),
            ("azure/eu/gpt-5.4", "gpt-5.4"),
            ("us.openai.gpt-5.4", "gpt-5.4"),
            ("openai/gpt-5.4:nitro", "gpt-5.4"),
            ("models/gpt-5.4", "gpt-5.4"),
            ("openai:gpt-5.4-high", "gpt-5.4"),
            ("Azure:gpt-5.4", "gpt-5.4"),
            ("gpt-5.5-20260423", "gpt-5.5"),
            ("gpt-5.5[1m]", "gpt-5.5"),
            ("gpt-5.6-luna@default", "gpt-5.6-luna"),
            ("o4-mini-high", "o4-mini"),
            ("openai/gpt-5.1-codex-2026-01-31-xhigh", "gpt-5.1-codex"),
            ("daybreak-blue", "daybreak-blue-latest"),
        ] {
            assert!(spellings(name).iter().any(|spelling| spelling == bare), "{name}");
        }
        assert_eq!(spellings("azure/gpt-5.4")[0], "azure/gpt-5.4");
    }

    #[test]
    fn a_name_is_cut_into_version_and_variant() {
        let gpt = |version, variant| Some(Gpt { version, variant });
        assert_eq!(Gpt::parse("gpt-6"), gpt((6, 0), ""));
        assert_eq!(Gpt::parse("gpt-5.3-codex-spark"), gpt((5, 3), "codex-spark"));
        let less = Gpt::parse("gpt-5.3-codex-spark").and_then(Gpt::less_special);
        assert_eq!(less, gpt((5, 3), "codex"));
        assert_eq!(Gpt::parse("gpt-6").and_then(Gpt::less_special), None);
        for other in ["gpt-oss-120b", "gpt-4o", "gpt-", "gpt-5.1.2", "o3", "my-gpt-5.4"] {
            assert_eq!(Gpt::parse(other), None, "{other}");
        }
    }
}
