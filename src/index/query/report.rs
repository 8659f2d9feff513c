//! The bill of one home or of several together, priced: all of it or a part, and its sums.

use std::cmp::Reverse;
use std::collections::HashSet;
use std::sync::Arc;

use crate::billing::document::Document;
use crate::billing::report::cells::{Cell, cells};
use crate::billing::report::{
    Billed, GroupBy, PricedThread, Prices, Report, Selection, SessionLabel, ThreadFacts, Totals,
    group, select,
};
use crate::billing::user_prices::prices_in_force;
use crate::error::{Error, Result};
use crate::index::homes::store_of;
use crate::index::query::bill::{MayMatter, bill_in_parts};
use crate::index::reading::progress::Watch;
use crate::ledger::summary::SummaryPrefix;
use crate::ledger::threads::Thread;
use crate::rollout::codex_home::CodexHome;
use crate::rollout::file::Skipped;

/// A question about a home, or several.
#[derive(Debug)]
pub struct ReportQuery {
    /// The home.
    pub home: CodexHome,
    /// Others, for one bill of all of them.
    pub more_homes: Vec<CodexHome>,
    /// The part of the bill.
    pub selection: Selection,
    /// The grouping; no groups where it is empty.
    pub by: Vec<GroupBy>,
    /// The sessions that branch, session and pull request are taken from.
    pub sessions: Vec<SessionLabel>,
    /// True if cells are asked for.
    pub cells: bool,
}

impl ReportQuery {
    /// Reads the bill and hands its threads to `take`, part by part, so that ten thousand are never in memory at once.
    ///
    /// # Errors
    /// When a home or the user's prices cannot be read, the caller cancelled it, or `take` fails.
    pub fn read(
        &self,
        watch: &Watch,
        mut take: impl FnMut(Vec<PricedThread>) -> Result<()>,
    ) -> Result<Report> {
        let table = prices_in_force()?;
        let mut prices = Prices::new(&table);
        let mut totals = Totals::default();
        // Sums over parts of threads need all of them.
        let keeps = !self.by.is_empty() || self.cells;
        let mut kept: Vec<Billed> = Vec::new();
        let needs_relatives = self.by.iter().any(GroupBy::is_told_by_relatives);
        let mut relatives: Vec<Arc<ThreadFacts>> = Vec::new();
        let may_matter =
            |prefix: &SummaryPrefix| needs_relatives || self.selection.may_keep(prefix);
        let skipped = self.read_homes(watch, &may_matter, |threads| {
            let facts = |thread: &Thread| Arc::new(ThreadFacts::from(thread));
            let facts: Vec<_> =
                if keeps { threads.iter().map(facts).collect() } else { Vec::new() };
            if needs_relatives {
                relatives.extend_from_slice(&facts);
            }
            let threads = select(threads, &self.selection);
            let mut facts = facts.into_iter();
            let of = |thread: &Thread| facts.find(|one| *one.thread_id == *thread.thread_id);
            let selected: Vec<_> = threads.iter().filter_map(of).collect();
            let mut selected = selected.into_iter();
            take(totals.price(threads, &mut prices, |buckets| {
                kept.extend(selected.next().map(|facts| Billed { facts, buckets }));
            }))
        })?;
        let groups = || group(&kept, &relatives, &self.by, &self.sessions, &table);
        let buckets = || kept.iter().map(|one| &one.buckets);
        Ok(Report {
            codex_home: spelled(&self.home),
            codex_homes: (!self.more_homes.is_empty()).then(|| self.homes().map(spelled).collect()),
            from: None,
            pricing: totals.pricing(&table),
            totals: totals.usage,
            groups: (!self.by.is_empty()).then(groups),
            cells: self.cells.then(|| -> Vec<Cell> { cells(buckets(), &table) }),
            skipped,
        })
    }

    /// Writes the answer as a JSON document, in pieces.
    ///
    /// # Errors
    /// Those of [`ReportQuery::read`].
    pub fn document(&self, watch: &Watch) -> Result<Vec<Vec<u8>>> {
        let failed = |failed| Error::io("write the bill of", self.home.path(), failed);
        let mut document = Document::default();
        let report = self.read(watch, |threads| document.add(&threads).map_err(failed))?;
        document.finish(&report).map_err(failed)
    }

    fn homes(&self) -> impl Iterator<Item = &CodexHome> {
        std::iter::once(&self.home).chain(&self.more_homes)
    }

    /// Hands the threads of all homes over. One that is in several homes counts as where it was written last.
    fn read_homes(
        &self,
        watch: &Watch,
        may_matter: &MayMatter<'_>,
        mut take: impl FnMut(Vec<Thread>) -> Result<()>,
    ) -> Result<Vec<Skipped>> {
        if self.more_homes.is_empty() {
            return bill_in_parts(&store_of(&self.home), watch, may_matter, take);
        }
        let mut skipped = Vec::new();
        let mut threads: Vec<Thread> = Vec::new();
        for home in self.homes() {
            // A thread that another home has in a newer state counts as that: none may be left out.
            skipped.extend(bill_in_parts(&store_of(home), watch, &|_| true, |part| {
                threads.extend(part);
                Ok(())
            })?);
        }
        let written = |thread: &Thread| thread.last_record_ms.unwrap_or(thread.file.modified_ms);
        threads.sort_by_key(|thread| Reverse(written(thread)));
        let mut seen = HashSet::new();
        threads.retain(|thread| seen.insert(thread.thread_id.clone()));
        take(threads)?;
        Ok(skipped)
    }
}

fn spelled(home: &CodexHome) -> String {
    home.path().to_string_lossy().into_owned()
}
