//! The context of a turn: the model that answers, and the directory it runs in.
//!
//! A `token_count` belongs to the turn in whose course it is written. A `token_usage_record` names its turn, whose
//! `turn_context` usually stands before it; where it does not, the response waits for it.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::codec::codec_fields;
use crate::ledger::buckets::Response;
use crate::rollout::record::TokenUsage;
use crate::rollout::record::service_tier::ServiceTier;

/// The number of turns that are remembered: a record names the running turn, or one that was interrupted shortly
/// before.
const REMEMBERED: usize = 16;

/// The facts in a `turn_context`.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct TurnFacts {
    /// The model that the turn asks.
    pub model: Option<Arc<str>>,
    /// The directory in which the turn runs.
    pub workspace: Option<Arc<str>>,
    /// The tier that the turn asks for.
    pub tier: Option<ServiceTier>,
}

codec_fields!(TurnFacts { model, workspace, tier });

/// The turns of a rollout, as far as they were read.
#[derive(Debug, Default, Clone)]
pub struct Turns {
    current: TurnFacts,
    /// True if any settings were applied.
    has_settings: bool,
    /// Settings that were applied while a turn ran.
    next: Option<TurnFacts>,
    recent: VecDeque<(String, TurnFacts)>,
    /// By the id of their turn.
    waiting: BTreeMap<String, Vec<Waiting>>,
}

codec_fields!(Turns { current, has_settings, next, recent, waiting });

#[derive(Debug, Clone)]
struct Waiting {
    id: Option<Arc<str>>,
    usage: TokenUsage,
    at_ms: i64,
    meanwhile: TurnFacts,
}

codec_fields!(Waiting { id, usage, at_ms, meanwhile });

impl Turns {
    /// The facts before the first turn.
    pub fn begin(&mut self, facts: TurnFacts) {
        self.current = facts;
    }

    /// The facts of the next turn, unless its own context says otherwise. (A compaction is a turn without one.)
    /// Settings that are applied while a turn runs are not that turn's, except a thread's first ones: from 0.154 on
    /// they stand behind the beginning of its first turn.
    pub fn settings(&mut self, facts: TurnFacts, turn_runs: bool, answered: bool) {
        let first = !std::mem::replace(&mut self.has_settings, true);
        if turn_runs && (answered || !first) {
            self.next = Some(facts);
        } else {
            self.next = None;
            self.set(facts);
            // The turn is known already, by what held before.
            if turn_runs && let Some((_, known)) = self.recent.back_mut() {
                known.clone_from(&self.current);
            }
        }
    }

    /// A turn begins.
    pub fn start(&mut self) {
        if let Some(facts) = self.next.take() {
            self.set(facts);
        }
    }

    /// A turn begins or goes on. Gives the responses that waited for it.
    pub fn context(&mut self, turn_id: Option<&str>, facts: TurnFacts) -> Vec<Response> {
        self.set(facts);
        let Some(turn_id) = turn_id else { return Vec::new() };
        self.recent.retain(|(id, _)| id != turn_id);
        if self.recent.len() == REMEMBERED {
            self.recent.pop_front();
        }
        self.recent.push_back((turn_id.to_owned(), self.current.clone()));
        let found = self.waiting.remove(turn_id).unwrap_or_default();
        found
            .into_iter()
            .map(|one| Response {
                id: one.id,
                ..response(&self.current, one.usage, Some(one.at_ms), true)
            })
            .collect()
    }

    /// Forgets the turns: no record follows.
    pub fn close(&mut self) {
        self.recent = VecDeque::new();
    }

    /// A fact that is left out stays as it was.
    fn set(&mut self, facts: TurnFacts) {
        // A fact that is repeated is one text.
        let model = facts.model.filter(|model| self.current.model.as_ref() != Some(model));
        let workspace =
            facts.workspace.filter(|path| self.current.workspace.as_ref() != Some(path));
        self.current = TurnFacts {
            model: model.or(self.current.model.take()),
            workspace: workspace.or(self.current.workspace.take()),
            tier: facts.tier.or(self.current.tier),
        };
    }

    /// A response of the running turn.
    #[must_use]
    pub fn current(&self, usage: TokenUsage, at_ms: Option<i64>, single: bool) -> Response {
        response(&self.current, usage, at_ms, single)
    }

    /// A response of the turn `turn_id`; `None` while that turn is not known, and it waits.
    pub fn of_turn(
        &mut self,
        turn_id: Option<&str>,
        id: Option<Arc<str>>,
        usage: TokenUsage,
        at_ms: Option<i64>,
    ) -> Option<Response> {
        let Some(turn_id) = turn_id else {
            return Some(Response { id, ..self.current(usage, at_ms, true) });
        };
        if let Some((_, facts)) = self.recent.iter().rev().find(|(id, _)| id == turn_id) {
            return Some(Response { id, ..response(facts, usage, at_ms, true) });
        }
        let at_ms = at_ms.unwrap_or_default();
        let meanwhile = self.current.clone();
        let waiting = self.waiting.entry(turn_id.to_owned()).or_default();
        waiting.push(Waiting { id, usage, at_ms, meanwhile });
        None
    }

    /// The responses that still wait: their turns had no context, and ran with what held when they were written.
    pub fn waiting(&self) -> impl Iterator<Item = Response> {
        self.waiting.values().flatten().map(|one| Response {
            id: one.id.clone(),
            ..response(&one.meanwhile, one.usage, Some(one.at_ms), true)
        })
    }
}

fn response(facts: &TurnFacts, usage: TokenUsage, at_ms: Option<i64>, single: bool) -> Response {
    Response {
        id: None,
        model: facts.model.clone(),
        workspace: facts.workspace.clone(),
        tier: facts.tier.unwrap_or_default(),
        at_ms: at_ms.unwrap_or_default(),
        usage,
        single,
    }
}
