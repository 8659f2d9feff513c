//! One line of an event file.

use std::borrow::Cow;

use serde::Deserialize;

use crate::rollout::name::RolloutName;

/// The event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// `SessionStart`: a thread begins, or goes on in a new process.
    Started,
    /// `UserPromptSubmit`
    Prompted,
    /// `PermissionRequest`: a person is asked.
    Asked,
    /// `Stop`: the model is done.
    Stopped,
    /// `Interrupt`: the person stopped it.
    Interrupted,
    /// `Resume`, noted by us: the session was restored on a thread, which says nothing before its first prompt.
    Resumed,
}

/// The content of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    pub(crate) at_ms: i64,
    pub(crate) kind: Kind,
    /// The thread that a person talks to.
    pub(crate) thread: Cow<'a, str>,
    /// The subagent of it that the event is about.
    pub(crate) agent: Option<Cow<'a, str>>,
    pub(crate) turn: Option<Cow<'a, str>>,
    pub(crate) tool: Option<Cow<'a, str>>,
    /// The rollout of the thread, or of the subagent.
    pub(crate) rollout: Option<Cow<'a, str>>,
    pub(crate) cwd: Option<Cow<'a, str>>,
    /// The terminal's session, where the hook knew it.
    pub(crate) runtime: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Wire<'a> {
    at: i64,
    #[serde(borrow)]
    event: Cow<'a, str>,
    #[serde(borrow)]
    thread: Cow<'a, str>,
    #[serde(borrow, default)]
    agent: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    turn: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    tool: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    rollout: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    cwd: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    runtime: Option<Cow<'a, str>>,
}

impl<'a> Line<'a> {
    /// Reads a line; `None` for a torn one, and for an event that nobody here needs.
    pub(crate) fn parse(line: &'a [u8]) -> Option<Self> {
        let wire: Wire<'a> = serde_json::from_slice(line).ok()?;
        let kind = match &*wire.event {
            "SessionStart" => Kind::Started,
            "UserPromptSubmit" => Kind::Prompted,
            "PermissionRequest" => Kind::Asked,
            "Stop" => Kind::Stopped,
            "Interrupt" => Kind::Interrupted,
            "Resume" => Kind::Resumed,
            _ => return None,
        };
        // Up to 0.138 a subagent's event names only its rollout.
        let agent = wire.agent.or_else(|| {
            let owner = owner_of(wire.rollout.as_deref()?)?;
            (owner != wire.thread).then(|| Cow::Owned(owner.to_owned()))
        });
        Some(Self {
            at_ms: wire.at,
            kind,
            thread: wire.thread,
            agent,
            turn: wire.turn,
            tool: wire.tool,
            rollout: wire.rollout,
            cwd: wire.cwd,
            runtime: wire.runtime,
        })
    }

    /// The thread whose rollout tells more of this: the subagent, or the thread itself.
    pub(crate) fn speaker(&self) -> &str {
        self.agent.as_deref().unwrap_or(&self.thread)
    }
}

/// The time of the launch that a line notes, if it notes one.
pub(crate) fn launch(line: &[u8]) -> Option<i64> {
    #[derive(Deserialize)]
    struct Launch<'a> {
        at: i64,
        #[serde(borrow)]
        event: Cow<'a, str>,
    }
    let launch: Launch<'_> = serde_json::from_slice(line).ok()?;
    (launch.event == "Launch").then_some(launch.at)
}

fn owner_of(rollout: &str) -> Option<&str> {
    let name = rollout.rsplit('/').next().and_then(RolloutName::parse)?;
    name.thread_id
}
