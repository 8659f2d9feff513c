//! One check for each of the fuzzer's targets: any bytes are a valid input, and a panic is a finding.

use std::collections::HashSet;
use std::io::{self, Read};
use std::path::Path;

use ao_plugin_codex::billing::price_table::PriceTable;
use ao_plugin_codex::billing::user_prices::with_user_prices;
use ao_plugin_codex::codec::{Encoder, decode, encode};
use ao_plugin_codex::index::cache::decode::decode_tree;
use ao_plugin_codex::index::reading::heads::Texts;
use ao_plugin_codex::ledger::fold::Fold;
use ao_plugin_codex::ledger::summary::Summary;
use ao_plugin_codex::rollout::lines::{LONG_LINE_HEAD, LineSink, LongLine, Scanned, scan_lines};
use ao_plugin_codex::rollout::record::service_tier::ServiceTier;
use ao_plugin_codex::rollout::record::session_meta::{CaptureEnd, capture};
use ao_plugin_codex::rollout::record::{describe, parse};
use ao_plugin_codex::rollout::repository::{named_in, origin, remote_name};
use ao_plugin_codex::rollout::zstd::Decompressed;
use ao_plugin_codex::session::events::{Only, SessionEvents};
use serde_json::Value;

/// More text than this is not looked at, in bytes: a compressed input may be a bomb.
const MAX_TEXT: u64 = 1 << 20;

/// A record means the same with its fields in another order and with other white space; what is no object is none.
pub(crate) fn records(bytes: &[u8]) {
    for line in bytes.split(|byte| *byte == b'\n') {
        let read = parse(line);
        let _ = describe(line);
        let Some(respelled) = respelled(line) else { continue };
        assert_eq!(format!("{:?}", parse(&respelled)), format!("{read:?}"), "{}", lossy(line));
    }
}

/// A path that `.git` or `commondir` names is what stands there without the ends of lines behind it, and a remote's
/// name has neither a password nor a slash at its end.
pub(crate) fn git(bytes: &[u8]) {
    for key in ["gitdir: ", ""] {
        let Some(named) = named_in(bytes, key) else { continue };
        assert!(!named.ends_with(b"\n") && !named.ends_with(b"\r"), "{}", lossy(named));
        assert!(bytes.strip_prefix(key.as_bytes()).is_some_and(|rest| rest.starts_with(named)));
        let noisy = [key.as_bytes(), named, b"\r\n\n"].concat();
        assert_eq!(named_in(&noisy, key), Some(named));
    }
    let Ok(text) = str::from_utf8(bytes) else { return };
    let names = text.lines().chain(origin(text)).filter_map(remote_name);
    for name in names {
        assert!(!name.is_empty() && !name.ends_with('/'), "{name:?}");
    }
    let secret = format!("https://{}:hunter2@host/path", text.replace(['/', '@'], ""));
    assert!(!remote_name(&secret).is_some_and(|name| name.contains("hunter2")), "{secret:?}");
}

/// Events mean the same with lines between them that are none, and however often they are read.
pub(crate) fn events(bytes: &[u8]) {
    let read = SessionEvents::read(bytes, &Only::default());
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let noisy = lines.flat_map(|line| {
        let noise: &[u8] = if line.ends_with(b"\n") { b"{\"at\":1}\n[\n" } else { b"" };
        [line, noise]
    });
    assert_eq!(SessionEvents::read(&noisy.collect::<Vec<_>>().concat(), &Only::default()), read);
}

/// The beginning of a `session_meta` says less than the whole, and nothing else; but it may know of no other time than
/// that of the record. The first two bytes say where it is cut.
pub(crate) fn heads(bytes: &[u8]) {
    let _ = capture(bytes);
    let Some((at, text)) = bytes.split_first_chunk::<2>() else { return };
    let line = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let Some(line) = respelled(line) else { return };
    let whole = capture(&line);
    if whole.end != CaptureEnd::Whole || !says_each_once(&line) {
        return;
    }
    let cut = capture(&line[..usize::from(u16::from_le_bytes(*at)) % line.len()]);
    let facts = |of: &ao_plugin_codex::rollout::record::session_meta::SessionMeta| {
        [
            of.id.clone(),
            of.cwd.clone(),
            of.cli_version.clone(),
            of.originator.clone(),
            of.forked_from_id.clone(),
            of.parent_thread_id.clone(),
            of.thread_source.clone(),
        ]
    };
    for (cut, whole) in facts(&cut.meta).into_iter().zip(facts(&whole.meta)) {
        assert!(cut.is_none() || cut == whole, "{cut:?} of {whole:?} in {}", lossy(&line));
    }
}

/// Lines are what stands between newlines, whatever the size of the buffer and of each read: the first four bytes.
pub(crate) fn lines(bytes: &[u8]) {
    let Some(([buffer, reads @ ..], text)) = bytes.split_first_chunk::<4>() else { return };
    let mut seen = Seen::default();
    let reader = Uneven { text, reads: *reads, turn: 0 };
    let mut buffer = vec![0; usize::from(*buffer) + 1];
    let size = buffer.len();
    let scanned = scan_lines(reader, &mut buffer, &mut seen).unwrap();
    assert_eq!((seen, scanned), naive(text, size));
}

/// A fold that is put away behind a line, the first two bytes say which, and taken out again ends as one that was not.
pub(crate) fn fold(bytes: &[u8]) {
    let Some((at, text)) = bytes.split_first_chunk::<2>() else { return };
    let newlines: Vec<usize> =
        text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1).collect();
    let chosen = usize::from(u16::from_le_bytes(*at)) % (newlines.len() + 1);
    let (first, second) = text.split_at(newlines.get(chosen).copied().unwrap_or(0));
    let mut whole = Fold::new(None);
    scan_lines(text, &mut Vec::new(), &mut whole).unwrap();
    let mut part = Fold::new(None);
    scan_lines(first, &mut Vec::new(), &mut part).unwrap();
    let mut part: Fold = decode(&encode(&part)).unwrap();
    scan_lines(second, &mut Vec::new(), &mut part).unwrap();
    assert_eq!(Summary::new(&part), Summary::new(&whole));
}

/// Whatever a `.zst` holds, it ends; and of what was compressed and cut, what comes back is its beginning. The first
/// two bytes say where it is cut.
pub(crate) fn zst(bytes: &[u8]) {
    let _ = decompress(bytes);
    let Some((at, text)) = bytes.split_first_chunk::<2>() else { return };
    let text = &text[..text.len().min(1 << 16)];
    let compressed = zstd::encode_all(text, 1).unwrap();
    assert_eq!(decompress(&compressed).0, text);
    let (beginning, end) =
        decompress(&compressed[..usize::from(u16::from_le_bytes(*at)) % compressed.len()]);
    assert!(text.starts_with(&beginning));
    assert!(end.is_err() || beginning == text || beginning.is_empty());
}

/// A user's prices are taken whole or refused; none is negative or infinite.
pub(crate) fn prices(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let Ok(table) = with_user_prices(&PriceTable::built_in(), &text, Path::new("prices.json"))
    else {
        return;
    };
    let named = serde_json::from_str::<Value>(&text).ok();
    let models = named.as_ref().and_then(|value| value.get("models")).and_then(Value::as_object);
    for model in models.into_iter().flatten().map(|(model, _)| model) {
        let prices = table.find(Some(model)).prices;
        for (tier, long) in
            ServiceTier::ALL.into_iter().flat_map(|tier| [(tier, false), (tier, true)])
        {
            assert!(prices.rates(tier, long).rates.are_prices());
        }
    }
}

/// Checks that other bytes than an encoded value are refused, or are a value that can be encoded again.
pub(crate) fn cached(bytes: &[u8]) {
    if let Some(fold) = decode::<Fold>(bytes) {
        let again: Fold = decode(&encode(&fold)).unwrap();
        assert_eq!(Summary::new(&again), Summary::new(&fold));
    }
    if let Some(summary) = decode::<Summary>(bytes) {
        assert_eq!(decode(&encode(&summary)), Some(summary));
    }
    let mut index = Encoder::default();
    index.text("/");
    let index = [index.finish().as_slice(), bytes].concat();
    let _ = decode_tree(&index, Path::new("/"), &mut Texts::default());
}

/// The object of a line without white space, its fields in another order where serde sorts them; `None` where that may
/// change what it says: a field that is there twice, a number that is no integer from 0 on.
fn respelled(line: &[u8]) -> Option<Vec<u8>> {
    let value: Value = serde_json::from_slice(line).ok()?;
    if !value.is_object() || !is_plain(&value) {
        return None;
    }
    let respelled = serde_json::to_vec(&value).ok()?;
    let colons = |text: &[u8]| text.split(|byte| *byte == b':').count();
    // An escape may hide a colon: such a line is left to its own.
    (colons(line) == colons(&respelled) && !line.contains(&b'\\')).then_some(respelled)
}

/// Tells whether no fact stands in the envelope and in the payload, or under two names: which of them counts is not
/// said.
fn says_each_once(line: &[u8]) -> bool {
    let Ok(Value::Object(envelope)) = serde_json::from_slice(line) else { return false };
    let payload = envelope.get("payload").and_then(Value::as_object);
    let mut seen = HashSet::new();
    envelope.keys().chain(payload.into_iter().flatten().map(|(name, _)| name)).all(|name| {
        let fact = match name.as_str() {
            "threadId" | "thread_id" => "id",
            other => other,
        };
        fact == "timestamp" || seen.insert(fact)
    })
}

fn is_plain(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.is_u64(),
        Value::Array(values) => values.iter().all(is_plain),
        Value::Object(fields) => fields.values().all(is_plain),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

/// Writes down what it receives; wants long lines whole that begin with a byte below 128.
#[derive(Debug, Default, PartialEq, Eq)]
struct Seen {
    lines: Vec<Vec<u8>>,
    long: Vec<(Vec<u8>, [u8; 2], u64)>,
}

impl LineSink for Seen {
    fn line(&mut self, line: &[u8]) {
        self.lines.push(line.to_vec());
    }

    fn needs_whole(&mut self, head: &[u8]) -> bool {
        head.first().is_some_and(u8::is_ascii)
    }

    fn long_line(&mut self, line: LongLine<'_>) {
        self.long.push((line.head.to_vec(), line.end, line.length));
    }
}

/// Gives as many bytes at a time as it was told, in turns, and is interrupted now and then.
struct Uneven<'t> {
    text: &'t [u8],
    reads: [u8; 3],
    turn: usize,
}

impl Read for Uneven<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.turn += 1;
        let most = usize::from(self.reads[self.turn % 3]);
        if most == 0 && self.turn.is_multiple_of(2) {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let read = (most + 1).min(buffer.len()).min(self.text.len());
        let (now, later) = self.text.split_at(read);
        buffer[..read].copy_from_slice(now);
        self.text = later;
        Ok(read)
    }
}

/// The lines of a text, the simple way. A line is long when it and its terminator do not fit the buffer.
fn naive(text: &[u8], buffer: usize) -> (Seen, Scanned) {
    let mut seen = Seen::default();
    let mut rest = text;
    while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
        let (line, later) = (&rest[..end], &rest[end + 1..]);
        let shown = line.trim_ascii_end();
        if line.len() < buffer || line[0].is_ascii() {
            // Only a short line is known to be empty before it is handed over.
            if line.len() >= buffer || !shown.is_empty() {
                seen.lines.push(shown.to_vec());
            }
        } else {
            let head = line[..buffer.min(LONG_LINE_HEAD)].to_vec();
            let mut end = vec![0, 0];
            end.extend(shown.iter().filter(|byte| !byte.is_ascii_whitespace()));
            seen.long.push((head, [end[end.len() - 2], end[end.len() - 1]], line.len() as u64));
        }
        rest = later;
    }
    let complete_bytes = (text.len() - rest.len()) as u64;
    let is_passed = rest.len() >= buffer && !rest[0].is_ascii();
    (seen, Scanned { complete_bytes, rest: if is_passed { Vec::new() } else { rest.to_vec() } })
}

fn decompress(compressed: &[u8]) -> (Vec<u8>, io::Result<()>) {
    let mut text = Vec::new();
    let result = Decompressed::new(compressed, compressed.len() as u64)
        .and_then(|reader| reader.take(MAX_TEXT).read_to_end(&mut text).map(|_| ()));
    (text, result)
}

fn lossy(text: &[u8]) -> String {
    String::from_utf8_lossy(text).into_owned()
}
