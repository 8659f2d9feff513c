//! The plan of the account that a thread is billed to, as `token_count.rate_limits.plan_type` names it.

use std::sync::LazyLock;

use memchr::memmem::Finder;

/// Codex spells the field so; inside a text its quotes would be escaped.
const FIELD: &[u8] = b"\"plan_type\":\"";

/// The longest name of a plan, in bytes; what is longer is none.
const MAX_NAME: usize = 64;

/// The plan that a `token_count` names: `plus`, `pro`, `team`, …; `None` for an account that is billed by token.
#[must_use]
pub fn plan_type(line: &[u8]) -> Option<&str> {
    // To prepare the search takes longer than to search.
    static FINDER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(FIELD));
    let name = line.get(FINDER.find(line)? + FIELD.len()..)?;
    let name = name.get(..MAX_NAME).unwrap_or(name);
    let end = name.iter().position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_'))?;
    let (name, rest) = name.split_at_checked(end)?;
    let is_name = !name.is_empty() && rest.starts_with(b"\"");
    std::str::from_utf8(name).ok().filter(|_| is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_named_by_the_rate_limits() {
        let line = |limits: &str| format!(r#"{{"payload":{{"rate_limits":{{{limits}}}}}}}"#);
        for (limits, plan) in [
            (r#""primary":null,"plan_type":"pro""#, Some("pro")),
            (r#""plan_type":"self_serve_business""#, Some("self_serve_business")),
            (r#""plan_type":null"#, None),
            (r#""plan_type":"""#, None),
            (r#""plan_type":"a b""#, None),
            (r#""text":"\"plan_type\":\"pro\"""#, None),
            ("", None),
        ] {
            assert_eq!(plan_type(line(limits).as_bytes()), plan, "{limits}");
        }
    }
}
