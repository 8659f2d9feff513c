//! JSON as JavaScript writes it, indented, in which no control character is left that a terminal would obey.

use std::io;

use memchr::memchr;
use serde::Serialize;
use serde_json::ser::Formatter;

/// By how much a level is indented.
const INDENT: usize = 2;

/// Writes a value whose own lines are indented by so many levels more.
pub(super) fn write(bytes: &mut Vec<u8>, value: &impl Serialize, levels: usize) -> io::Result<()> {
    let format = Safe { level: levels, has_value: false };
    value.serialize(&mut serde_json::Serializer::with_formatter(bytes, format))?;
    Ok(())
}

/// Writes a number as JavaScript does.
fn number(writer: &mut (impl ?Sized + io::Write), value: f64) -> io::Result<()> {
    // Neither has an exponent between 1e-6 and 1e21, and both write as few digits as tell the number.
    if value != 0.0 && value.abs() < 1e-6 {
        return write!(writer, "{value:e}");
    }
    write!(writer, "{value}")
}

/// Indents as JavaScript does, and leaves no character that a terminal would obey.
struct Safe {
    level: usize,
    has_value: bool,
}

/// A comma, a line break and the indentation of the deepest level that there is.
const NEXT: &[u8] = b",\n                                ";

impl Safe {
    /// Begins a line, behind a comma unless it is the first. With one write: a thread has fifty lines.
    fn line<W: ?Sized + io::Write>(&self, writer: &mut W, first: bool) -> io::Result<()> {
        let line = NEXT.get(..2 + INDENT * self.level).unwrap_or(NEXT);
        writer.write_all(line.get(usize::from(first)..).unwrap_or_default())
    }

    fn begin<W: ?Sized + io::Write>(&mut self, writer: &mut W, bracket: u8) -> io::Result<()> {
        self.level += 1;
        self.has_value = false;
        writer.write_all(&[bracket])
    }

    fn end<W: ?Sized + io::Write>(&mut self, writer: &mut W, bracket: u8) -> io::Result<()> {
        self.level = self.level.saturating_sub(1);
        if self.has_value {
            self.line(writer, true)?;
        }
        writer.write_all(&[bracket])
    }
}

impl Formatter for Safe {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        number(writer, value)
    }

    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        // Nearly all are: looking at each character would take longer than writing them.
        if fragment.is_ascii() && memchr(0x7f, fragment.as_bytes()).is_none() {
            return writer.write_all(fragment.as_bytes());
        }
        let mut rest = fragment;
        while let Some(at) = rest.find(is_obeyed) {
            let (safe, unsafe_on) = rest.split_at(at);
            writer.write_all(safe.as_bytes())?;
            let mut characters = unsafe_on.chars();
            if let Some(obeyed) = characters.next() {
                write!(writer, "\\u{:04x}", u32::from(obeyed))?;
            }
            rest = characters.as_str();
        }
        writer.write_all(rest.as_bytes())
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b'[')
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b']')
    }

    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.line(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, _writer: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.begin(writer, b'{')
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.end(writer, b'}')
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.line(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, _writer: &mut W) -> io::Result<()> {
        self.has_value = true;
        Ok(())
    }
}

/// Tells whether a terminal would obey a character, or let it hide others. Those below U+0020 are escaped in all JSON.
fn is_obeyed(character: char) -> bool {
    matches!(character,
        '\u{7f}'..='\u{9f}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}')
}
