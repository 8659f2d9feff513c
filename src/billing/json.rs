//! JSON as JavaScript writes it, indented, in which no control character is left that a terminal would obey.

use std::io;

use memchr::memchr;
use serde::Serialize;
use serde_json::ser::{Formatter, PrettyFormatter};

/// Writes a value whose own lines are indented by so many levels more.
pub(super) fn write(bytes: &mut Vec<u8>, value: &impl Serialize, levels: usize) -> io::Result<()> {
    let mut format = Safe(PrettyFormatter::new());
    for _ in 0..levels {
        format.0.begin_object(&mut io::sink())?;
    }
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

struct Safe(PrettyFormatter<'static>);

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
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

/// Whether a terminal would obey a character, or let it hide others. Those below U+0020 are escaped in all JSON.
fn is_obeyed(character: char) -> bool {
    matches!(character,
        '\u{7f}'..='\u{9f}' | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2066}'..='\u{2069}')
}
