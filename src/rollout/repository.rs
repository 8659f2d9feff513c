//! The repository that a thread worked in: one name for all spellings of a remote, and for all of its work trees.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::fs::disk;
use crate::fs::guarded::{self, SMALL_BYTES};
use crate::rollout::drive::{self, is_network};
use crate::rollout::workspace::Resolver;

/// The number of directories that up a repository is looked for.
const MAX_UP: usize = 64;

/// The name of a remote: host and path, whichever way it is spelled. `https://github.com/acme/shop.git`,
/// `ssh://git@github.com:22/acme/shop` and `git@github.com:acme/shop` are `github.com/acme/shop`. User names and
/// passwords are left out.
#[must_use]
pub fn remote_name(url: &str) -> Option<String> {
    let url = url.trim();
    let name = match url.split_once("://") {
        Some(("file", path)) => trimmed(path),
        Some((_, rest)) => {
            let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
            let host = without_user(authority);
            joined(host.split_once(':').map_or(host, |(host, _port)| host), path)
        }
        // `host:path`, as scp has it; a slash before the colon makes it a path, and one letter a drive.
        None => match url.split_once(':') {
            Some((authority, path)) if !authority.contains('/') && authority.len() > 1 => {
                joined(without_user(authority), path)
            }
            _ => trimmed(url),
        },
    };
    (!name.is_empty()).then_some(name)
}

fn without_user(authority: &str) -> &str {
    authority.rsplit_once('@').map_or(authority, |(_, host)| host)
}

fn joined(host: &str, path: &str) -> String {
    let host = host.to_ascii_lowercase();
    // GitHub's door for networks that let nothing but port 443 through.
    let host = host.strip_prefix("ssh.").filter(|&host| host == "github.com").unwrap_or(&host);
    match trimmed(path.trim_start_matches('/')) {
        path if path.is_empty() => host.to_owned(),
        path => format!("{host}/{path}"),
    }
}

fn trimmed(path: &str) -> String {
    let path = path.trim_end_matches('/');
    path.strip_suffix(".git").unwrap_or(path).trim_end_matches('/').to_owned()
}

/// Finds the repositories of directories on this disk, and asks once for each.
#[derive(Debug, Default)]
pub struct Repositories {
    disk: Resolver,
    known: HashMap<Arc<str>, Option<Arc<str>>>,
}

impl Repositories {
    /// The repository that a directory lies in: the name of its remote `origin`, else the path of its main work tree.
    /// `None` where there is none, or the directory is gone.
    pub fn of_directory(&mut self, directory: &Arc<str>) -> Option<Arc<str>> {
        if let Some(known) = self.known.get(directory) {
            return known.clone();
        }
        let path = Path::new(directory.as_ref());
        // It may lie on a mount that does not answer.
        let ask = |path: &Path| disk::ask(path, find).flatten();
        let is_here = path.is_absolute() && !is_network(path);
        // Most work trees of a year are gone: what is known of the directories above them tells that.
        let there = if is_here { self.disk.resolve_existing(path) } else { None };
        let found = there.as_deref().and_then(ask);
        let found = found.map(Arc::from);
        self.known.insert(Arc::clone(directory), found.clone());
        found
    }
}

/// The path that a file of git's names behind a key, `gitdir: ` in `.git` and nothing in `commondir`: any bytes but the
/// ends of lines at its end.
#[must_use]
pub fn named_in<'a>(text: &'a [u8], key: &str) -> Option<&'a [u8]> {
    let path = text.strip_prefix(key.as_bytes())?;
    let end = path.iter().rposition(|byte| !matches!(byte, b'\n' | b'\r'))?;
    path.get(..=end)
}

fn find(directory: &Path) -> Option<String> {
    if !directory.is_dir() {
        return None;
    }
    let git = directory.ancestors().take(MAX_UP).map(|above| above.join(".git"));
    let git =
        git.filter(|git| fs::symlink_metadata(git).is_ok()).find_map(|git| common_dir(&git))?;
    let remote = read(&git.join("config")).as_deref().and_then(origin).and_then(remote_name);
    remote.or_else(|| {
        let main = git.parent().filter(|_| git.file_name().is_some_and(|name| name == ".git"));
        Some(main.unwrap_or(&git).to_string_lossy().into_owned())
    })
}

/// The directory that all work trees of a repository share. In a linked one `.git` is a file that leads there.
fn common_dir(git: &Path) -> Option<PathBuf> {
    if git.is_dir() {
        return git.join("HEAD").is_file().then(|| git.to_owned());
    }
    let named = git.parent()?.join(text_named_in(&read(git)?, "gitdir: ")?);
    let named = drive::canonical(&named).ok()?;
    match read(&named.join("commondir")) {
        Some(common) => drive::canonical(&named.join(text_named_in(&common, "")?)).ok(),
        None => Some(named),
    }
}

/// A path that is text: elsewhere than on Unix no other can be made of bytes.
fn text_named_in<'a>(text: &'a str, key: &str) -> Option<&'a str> {
    str::from_utf8(named_in(text.as_bytes(), key)?).ok()
}

/// The URL of the remote `origin` in a configuration of git.
#[must_use]
pub fn origin(config: &str) -> Option<&str> {
    let mut lines = config.lines().map(str::trim);
    lines.by_ref().find(|line| *line == "[remote \"origin\"]")?;
    let section = lines.take_while(|line| !line.starts_with('['));
    let url = section.filter_map(|line| line.split_once('=')).find(|(key, _)| key.trim() == "url");
    url.map(|(_, value)| value.trim())
}

fn read(path: &Path) -> Option<String> {
    String::from_utf8(guarded::read(path, SMALL_BYTES).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_remote_has_one_name() {
        for url in [
            "https://github.com/acme/shop",
            "https://github.com/acme/shop.git",
            "https://github.com/acme/shop/",
            "https://x-token:secret@GitHub.com/acme/shop.git",
            "http://github.com:80/acme/shop.git",
            "ssh://git@github.com/acme/shop.git",
            "ssh://git@github.com:22/acme/shop",
            "ssh://git@ssh.github.com:443/acme/shop.git",
            "git+ssh://git@github.com/acme/shop",
            "git://github.com/acme/shop.git",
            "git@github.com:acme/shop.git",
            "git@github.com:/acme/shop",
            "github.com:acme/shop",
            " git@github.com:acme/shop.git\n",
        ] {
            assert_eq!(remote_name(url).as_deref(), Some("github.com/acme/shop"), "{url}");
        }
        for (url, name) in [
            ("git@gitlab.com:acme/group/shop.git", Some("gitlab.com/acme/group/shop")),
            ("/srv/git/shop.git", Some("/srv/git/shop")),
            ("file:///srv/git/shop.git", Some("/srv/git/shop")),
            ("../shop:1", Some("../shop:1")),
            ("C:\\git\\shop", Some("C:\\git\\shop")),
            ("https://example.com", Some("example.com")),
            ("", None),
        ] {
            assert_eq!(remote_name(url).as_deref(), name, "{url}");
        }
    }

    #[test]
    fn a_work_tree_belongs_to_the_repository_that_it_is_of() {
        let dir = tempfile::tempdir().unwrap();
        let main = dir.path().canonicalize().unwrap().join("shop");
        let linked = main.with_file_name("shop-1");
        // A name that git takes as it is.
        let admin = main.join(".git/worktrees/ two\nlines ");
        fs::create_dir_all(&admin).unwrap();
        fs::write(main.join(".git/HEAD"), "ref: refs/heads/main\n").unwrap();
        fs::create_dir_all(linked.join("src")).unwrap();
        fs::write(admin.join("commondir"), "../..\n").unwrap();
        fs::write(linked.join(".git"), format!("gitdir: {}\n", admin.display())).unwrap();
        let name = |path: &Path| {
            Repositories::default().of_directory(&Arc::from(path.to_string_lossy().as_ref()))
        };
        let own = Some(Arc::from(main.to_string_lossy().as_ref()));
        assert_eq!(
            [name(&main), name(&linked), name(&linked.join("src"))],
            [own.clone(), own.clone(), own]
        );
        fs::write(
            main.join(".git/config"),
            "[core]\n\tbare = false\n[remote \"origin\"]\n\turl = git@github.com:acme/shop.git\n[branch \"main\"]\n",
        )
        .unwrap();
        assert_eq!(name(&linked).as_deref(), Some("github.com/acme/shop"));
        assert_eq!(name(&dir.path().join("gone")), None);
    }
}
