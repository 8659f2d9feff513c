//! Threads in a few words.

use ::napi::Result;
use napi_derive::napi;

use crate::binding::argument::Given;
use crate::binding::erased as napi;
use crate::binding::home::{HomeOptions, home_of};
use crate::binding::runtime::blocking;
use crate::session::own_thread::SessionThread;
use crate::session::summary::title_of;

/// Tells what a thread is about: its name where Codex has one in the home, else the first line of what it was asked.
/// `null` where neither is there.
#[napi]
pub async fn thread_title(
    thread_id: Given<String>,
    rollout_path: Given<String>,
    options: Option<Given<HomeOptions>>,
) -> Result<Option<String>> {
    let thread_id = thread_id.text("threadId", "the id of a thread")?;
    let rollout_path = rollout_path.path("rolloutPath")?;
    let home = home_of(options)?;
    blocking(move || {
        let thread = SessionThread { thread_id, rollout_path };
        Ok(title_of(&thread, home.path()).map(|title| title.to_string()))
    })
    .await
}
