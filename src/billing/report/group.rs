//! Sums of the bill by one or two things at once.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::billing::cost::Cost;
use crate::billing::price_table::PriceTable;
use crate::billing::report::labels::{
    SessionLabel, ThreadFacts, ThreadRepositories, ThreadSessions, Workspaces,
};
use crate::billing::report::period::{Period, Periods};
use crate::billing::report::prices::Prices;
use crate::ledger::buckets::{BucketKey, UsageBuckets};
use crate::rollout::record::TokenUsage;

/// The property that a sum is by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupBy {
    /// By thread.
    Thread,
    /// By the directory in which the turns ran.
    Workspace,
    /// By repository, with all of its work trees.
    Repository,
    /// By branch.
    Branch,
    /// By session of the orchestrator.
    Session,
    /// By pull request of the session.
    PullRequest,
    /// By model.
    Model,
    /// By service tier.
    Tier,
    /// By how the thread came to be.
    Kind,
    /// By time.
    Period(Period),
    /// By the machine that exported it. A home does not say it.
    Host,
    /// By the value of this label of an export. A home does not say it.
    Label(Arc<str>),
}

/// The prefix of a label's key in a grouping.
const LABEL: &str = "label:";

impl GroupBy {
    /// The names that programs use.
    pub const NAMES: &str =
        "thread, workspace, repo, branch, session, pr, model, tier, kind, hour, day, week or month";

    /// The names that only an export can be added up by.
    pub const NAMES_OF_EXPORTS: &str = "host or label:KEY";

    /// Tells whether other threads may say it of one: those that a part of the bill leaves out too.
    #[must_use]
    pub fn is_told_by_relatives(&self) -> bool {
        matches!(self, Self::Repository | Self::Branch | Self::Session | Self::PullRequest)
    }

    /// Tells whether only an export says it.
    #[must_use]
    pub fn is_of_exports(&self) -> bool {
        matches!(self, Self::Host | Self::Label(_))
    }

    /// The one of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "thread" => Some(Self::Thread),
            "workspace" => Some(Self::Workspace),
            "repo" => Some(Self::Repository),
            "branch" => Some(Self::Branch),
            "session" => Some(Self::Session),
            "pr" => Some(Self::PullRequest),
            "model" => Some(Self::Model),
            "tier" => Some(Self::Tier),
            "kind" => Some(Self::Kind),
            "hour" => Some(Self::Period(Period::Hour)),
            "day" => Some(Self::Period(Period::Day)),
            "week" => Some(Self::Period(Period::Week)),
            "month" => Some(Self::Period(Period::Month)),
            "host" => Some(Self::Host),
            label => {
                let key = label.strip_prefix(LABEL).filter(|key| !key.is_empty())?;
                Some(Self::Label(Arc::from(key)))
            }
        }
    }
}

/// One name for each thing that a sum is by; `None` where nothing says it.
pub type GroupKey = Vec<Option<Arc<str>>>;

/// One sum.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// Its names, in the order in which they were asked for.
    pub key: GroupKey,
    /// The number of threads that were billed in it.
    pub threads: u64,
    /// The usage that was billed.
    pub usage: TokenUsage,
    /// Its cost.
    pub cost: Cost,
}

#[derive(Default)]
struct Sum<'t> {
    threads: HashSet<&'t str>,
    /// The thread that was added last: what is one thread's mostly comes together.
    last: Option<&'t str>,
    usage: TokenUsage,
    cost: Cost,
}

/// A thread's usage, and what names it.
#[derive(Debug)]
pub struct Billed {
    /// The thread.
    pub facts: Arc<ThreadFacts>,
    /// Its usage.
    pub buckets: UsageBuckets,
}

/// Adds the threads' usage up by all of `by` at once: periods in their order, everything else by cost, the most
/// expensive first. Of two things the first decides, and the second among those that have it in common. `relatives` are
/// all threads of the homes, whatever part of them is added up.
#[must_use]
pub fn group(
    threads: &[Billed],
    relatives: &[Arc<ThreadFacts>],
    by: &[GroupBy],
    sessions: &[SessionLabel],
    prices: &PriceTable,
) -> Vec<Group> {
    let mut names: Vec<Names<'_>> =
        by.iter().map(|by| Names::new(by, relatives, sessions)).collect();
    let mut sums = Sums::new(prices);
    for Billed { facts, buckets } in threads {
        for names in &mut names {
            names.enter(facts);
        }
        for (bucket, usage) in buckets.iter() {
            let key = names.iter_mut().map(|names| names.name(facts, bucket)).collect();
            sums.add(key, &facts.thread_id, bucket, *usage);
        }
    }
    sums.groups(by)
}

/// Sums by the names of what is added.
pub struct Sums<'t> {
    prices: Prices<'t>,
    sums: HashMap<GroupKey, Sum<'t>>,
}

impl<'t> Sums<'t> {
    /// No sum, at the prices of a table.
    #[must_use]
    pub fn new(prices: &'t PriceTable) -> Self {
        Self { prices: Prices::new(prices), sums: HashMap::new() }
    }

    /// Adds what a thread was billed.
    pub fn add(
        &mut self,
        key: GroupKey,
        thread_id: &'t str,
        bucket: &BucketKey,
        usage: TokenUsage,
    ) {
        let sum = self.sums.entry(key).or_default();
        if sum.last != Some(thread_id) {
            sum.last = Some(thread_id);
            sum.threads.insert(thread_id);
        }
        sum.usage = sum.usage.plus(usage);
        sum.cost.add(self.prices.cost(bucket, usage));
    }

    /// The sums in the order of [`group`].
    #[must_use]
    pub fn groups(self, by: &[GroupBy]) -> Vec<Group> {
        let groups = self.sums.into_iter().map(|(key, sum)| Group {
            key,
            threads: sum.threads.len() as u64,
            usage: sum.usage,
            cost: sum.cost,
        });
        let mut groups: Vec<Group> = groups.collect();
        groups.sort_unstable_by(|a, b| a.key.cmp(&b.key));
        ordered(groups, by)
    }
}

/// The groups are in the order of their names already.
fn ordered(mut groups: Vec<Group>, by: &[GroupBy]) -> Vec<Group> {
    for (at, by) in by.iter().enumerate().rev() {
        if matches!(by, GroupBy::Period(_)) {
            groups.sort_by(|a, b| a.key.get(at).cmp(&b.key.get(at)));
            continue;
        }
        let mut costs: HashMap<Option<Arc<str>>, f64> = HashMap::new();
        for group in &groups {
            let name = group.key.get(at).cloned().flatten();
            *costs.entry(name).or_default() += group.cost.usd;
        }
        let cost = |group: &Group| {
            // The last thing decides among single groups, the first among sums of several.
            let sum = costs.get(&group.key.get(at).cloned().flatten());
            if at + 1 == group.key.len() {
                group.cost.usd
            } else {
                sum.copied().unwrap_or_default()
            }
        };
        groups.sort_by(|a, b| {
            cost(b).total_cmp(&cost(a)).then_with(|| a.key.get(at).cmp(&b.key.get(at)))
        });
    }
    groups
}

/// Names what buckets are added up by, for one thing.
enum Names<'t> {
    Thread(Option<Arc<str>>),
    Workspace(Workspaces),
    Repository(ThreadRepositories),
    /// Of the thread that was entered.
    OfSession(GroupBy, ThreadSessions<'t>, Option<Arc<str>>),
    Model,
    Tier,
    Kind(Option<Arc<str>>),
    Period(Periods),
    /// Nothing of a home says it.
    Unsaid,
}

impl<'t> Names<'t> {
    fn new(by: &GroupBy, relatives: &'t [Arc<ThreadFacts>], sessions: &'t [SessionLabel]) -> Self {
        match by {
            GroupBy::Thread => Self::Thread(None),
            GroupBy::Workspace => Self::Workspace(Workspaces::default()),
            GroupBy::Repository => Self::Repository(ThreadRepositories::new(relatives)),
            GroupBy::Branch | GroupBy::Session | GroupBy::PullRequest => {
                Self::OfSession(by.clone(), ThreadSessions::new(sessions, relatives), None)
            }
            GroupBy::Model => Self::Model,
            GroupBy::Tier => Self::Tier,
            GroupBy::Kind => Self::Kind(None),
            GroupBy::Period(period) => Self::Period(Periods::new(*period)),
            GroupBy::Host | GroupBy::Label(_) => Self::Unsaid,
        }
    }

    /// Takes note of the thread whose buckets come next.
    fn enter(&mut self, thread: &ThreadFacts) {
        match self {
            Self::Thread(id) => *id = Some(Arc::clone(&thread.thread_id)),
            Self::Kind(kind) => *kind = Some(Arc::from(thread.kind.as_str())),
            Self::OfSession(GroupBy::Branch, sessions, name) => *name = sessions.branch(thread),
            Self::OfSession(by, sessions, name) => {
                let session = sessions.of(thread);
                let said = match by {
                    GroupBy::PullRequest => session.and_then(|session| session.pr.as_deref()),
                    _ => session.map(|session| session.id.as_str()),
                };
                *name = said.map(Arc::from);
            }
            _ => {}
        }
    }

    fn name(&mut self, thread: &ThreadFacts, bucket: &BucketKey) -> Option<Arc<str>> {
        match self {
            Self::Thread(name) | Self::Kind(name) | Self::OfSession(_, _, name) => name.clone(),
            Self::Workspace(workspaces) => {
                bucket.workspace.as_ref().map(|path| workspaces.real(path))
            }
            Self::Repository(repositories) => repositories.of(thread, bucket.workspace.as_ref()),
            Self::Model => bucket.model.clone(),
            Self::Tier => Some(Arc::from(bucket.tier.as_str())),
            Self::Period(periods) => periods.name(bucket.quarter),
            Self::Unsaid => None,
        }
    }
}
