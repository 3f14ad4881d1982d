//! The only printer: results to standard output, talk to standard error, and foreign text made harmless.

use anstyle::{AnsiColor, Style};
use dl::error::{Error, Result};
use indicatif::MultiProgress;
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{ErrorKind, Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock};

/// What is told on standard error.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Manner {
    /// Only results, warnings and errors.
    pub(crate) quiet: bool,
    /// How many `-v`.
    pub(crate) loudness: u32,
    /// Decisions are told.
    pub(crate) explain: bool,
    /// Colors on standard error.
    pub(crate) color_stderr: bool,
    /// Colors on standard output.
    pub(crate) color_stdout: bool,
    /// Standard output is a terminal: foreign text is escaped there too.
    pub(crate) stdout_is_terminal: bool,
}

/// The printer. One for the process.
#[derive(Debug)]
pub(crate) struct Output {
    manner: Mutex<Manner>,
    closed: AtomicBool,
    bars: OnceLock<MultiProgress>,
    /// Hints that were given: nobody needs one twice.
    hints: Mutex<BTreeSet<String>>,
}

const ERROR: Style = AnsiColor::Red.on_default().bold();
const WARNING: Style = AnsiColor::Yellow.on_default().bold();
const HINT: Style = AnsiColor::Cyan.on_default();
const GOOD: Style = AnsiColor::Green.on_default();
const DIM: Style = Style::new().dimmed();
/// How much of a body is looked at to tell whether it is binary.
const LOOKED_AT_BYTES: usize = 8192;

impl Output {
    pub(crate) fn new(manner: Manner) -> Self {
        Self {
            manner: Mutex::new(manner),
            closed: AtomicBool::new(false),
            bars: OnceLock::new(),
            hints: Mutex::default(),
        }
    }

    pub(crate) fn manner(&self) -> Manner {
        *self.manner.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    pub(crate) fn set_manner(&self, manner: Manner) {
        *self.manner.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = manner;
    }

    /// The place where bars are drawn, made when the first is.
    pub(crate) fn bars(&self) -> &MultiProgress {
        self.bars.get_or_init(MultiProgress::new)
    }

    /// Takes the bars off the terminal.
    pub(crate) fn clear_bars(&self) {
        if let Some(bars) = self.bars.get() {
            let _ = bars.clear();
        }
    }

    /// Whether somebody closed standard output: the process is then to end as if by SIGPIPE.
    pub(crate) fn was_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    // ---- standard output

    /// Writes bytes as they are.
    ///
    /// # Errors
    /// Disk, where standard output cannot take them; a closed one is remembered and no error.
    pub(crate) fn bytes(&self, bytes: &[u8]) -> Result<()> {
        if self.was_closed() {
            return Ok(());
        }
        let write = || {
            let mut stdout = std::io::stdout().lock();
            stdout.write_all(bytes)?;
            stdout.flush()
        };
        self.judge(self.beside_bars(write))
    }

    fn judge(&self, written: std::io::Result<()>) -> Result<()> {
        match written {
            Ok(()) => Ok(()),
            Err(e) if e.kind() == ErrorKind::BrokenPipe => {
                self.closed.store(true, Ordering::Relaxed);
                Ok(())
            }
            Err(e) => Err(Error::disk("cannot write to standard output", &e)),
        }
    }

    /// One result: its bytes, and a line end. On a terminal what could drive it is escaped.
    ///
    /// # Errors
    /// As [`Self::bytes`].
    pub(crate) fn result(&self, bytes: &[u8]) -> Result<()> {
        let mut line = if self.manner().stdout_is_terminal {
            escape(&String::from_utf8_lossy(bytes)).into_owned().into_bytes()
        } else {
            bytes.to_vec()
        };
        line.push(b'\n');
        self.bytes(&line)
    }

    /// One JSON object on a line.
    ///
    /// # Errors
    /// As [`Self::bytes`].
    pub(crate) fn json(&self, value: &Value) -> Result<()> {
        self.bytes(format!("{value}\n").as_bytes())
    }

    /// A value's bytes as they are. To a terminal only where they are text.
    ///
    /// # Errors
    /// Usage (`binary_to_terminal`); otherwise as [`Self::bytes`].
    pub(crate) fn value(&self, bytes: &[u8]) -> Result<()> {
        if self.manner().stdout_is_terminal && is_binary(bytes) {
            let message = "the value is binary, and standard output is a terminal";
            return Err(
                Error::new(dl::error::Kind::Usage, "binary_to_terminal", message).hint("> FILE, or | a program")
            );
        }
        self.bytes(bytes)
    }

    /// A whole file, from its beginning. To a terminal only where it is text, or `binary_wanted`.
    ///
    /// # Errors
    /// Usage (`binary_to_terminal`); disk, where it cannot be read or written.
    pub(crate) fn body(&self, file: &mut std::fs::File, binary_wanted: bool) -> Result<()> {
        use std::io::Seek as _;
        let failed = |e: &std::io::Error| Error::disk("cannot read what was fetched", e);
        file.rewind().map_err(|e| failed(&e))?;
        if self.manner().stdout_is_terminal && !binary_wanted {
            let mut head = Vec::new();
            Read::by_ref(file).take(LOOKED_AT_BYTES as u64).read_to_end(&mut head).map_err(|e| failed(&e))?;
            if is_binary(&head) {
                return Err(Error::new(
                    dl::error::Kind::Usage,
                    "binary_to_terminal",
                    "the body is binary, and standard output is a terminal",
                )
                .hint("-o FILE saves it, -o - prints it all the same"));
            }
            file.rewind().map_err(|e| failed(&e))?;
        }
        if self.was_closed() {
            return Ok(());
        }
        self.clear_bars();
        // Straight to the descriptor: `io::copy` then lets the kernel move the bytes.
        let copied = std::io::stdout().lock().flush().and_then(|()| {
            use std::os::fd::AsFd as _;
            let mut stdout = std::fs::File::from(std::io::stdout().as_fd().try_clone_to_owned()?);
            std::io::copy(file, &mut stdout).map(|_| ())
        });
        self.judge(copied)
    }

    // ---- standard error

    fn beside_bars<T>(&self, write: impl FnOnce() -> T) -> T {
        match self.bars.get() {
            Some(bars) => bars.suspend(write),
            None => write(),
        }
    }

    /// A line to standard error, escaped but for its own colors. A closed one is nobody's concern.
    pub(crate) fn line(&self, text: &str) {
        self.beside_bars(|| {
            let _ = std::io::stderr().lock().write_all(format!("{text}\n").as_bytes());
        });
    }

    fn painted(&self, style: Style, text: &str) -> String {
        if self.manner().color_stderr { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// One line about what was done; none with `-q`. The first word is painted.
    pub(crate) fn tell(&self, word: &str, rest: &str) {
        if !self.manner().quiet {
            self.line(&format!("{}{}", self.painted(GOOD, word), escape(rest)));
        }
    }

    /// What a command that we run writes to standard error, as it is.
    pub(crate) fn error_bytes(&self, bytes: &[u8]) {
        self.beside_bars(|| {
            let _ = std::io::stderr().lock().write_all(bytes);
        });
    }

    /// A note in passing; none with `-q`.
    pub(crate) fn note(&self, text: &str) {
        if !self.manner().quiet {
            self.line(&self.painted(DIM, &escape(text)));
        }
    }

    /// A warning, in one line.
    pub(crate) fn warn(&self, text: &str) {
        self.line(&format!("{} {}", self.painted(WARNING, "dl: warning:"), escape(text)));
    }

    /// An error with its causes, and its hint if that was not given before.
    pub(crate) fn error(&self, error: &Error) {
        let mut text = format!("{} {}", self.painted(ERROR, "dl: error:"), escape(error.message()));
        for cause in error.causes() {
            text.push_str("\n  because: ");
            text.push_str(&escape(cause));
        }
        let is_new = |hint: &str| self.hints.lock().is_ok_and(|mut hints| hints.insert(hint.to_owned()));
        if let Some(hint) = error.hint_text().filter(|hint| is_new(hint)) {
            text.push('\n');
            text.push_str(&self.painted(HINT, "hint:"));
            text.push(' ');
            text.push_str(&escape(hint));
        }
        self.line(&text);
    }

    /// A styled text of the parser's help, with colors only where they are wanted.
    ///
    /// # Errors
    /// As [`Self::bytes`].
    pub(crate) fn help(&self, text: &clap::builder::StyledStr) -> Result<()> {
        let text = if self.manner().color_stdout { text.ansi().to_string() } else { text.to_string() };
        self.bytes(text.as_bytes())
    }
}

/// Whether bytes are no text for a terminal.
fn is_binary(head: &[u8]) -> bool {
    match std::str::from_utf8(head) {
        Ok(text) => text.chars().any(is_dangerous),
        // A character that the end of the sample cuts is none to complain of.
        Err(e) if e.error_len().is_none() => {
            std::str::from_utf8(&head[..e.valid_up_to()]).is_ok_and(|text| text.chars().any(is_dangerous))
        }
        Err(_) => true,
    }
}

fn is_dangerous(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\r' | '\t')
}

/// Characters that are not seen, or turn the direction of what is.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// Text that came from elsewhere, safe for a terminal and on one line: control and invisible characters are written out.
pub(crate) fn escape(text: &str) -> Cow<'_, str> {
    if !text.chars().any(|c| c.is_control() || is_invisible(c)) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || is_invisible(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// A field of tab-separated output or of a table: as [`escape`], and a backslash is doubled, so that it can be undone.
pub(crate) fn escape_field(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                c if c.is_control() || is_invisible(c) => out.extend(c.escape_unicode()),
                c => out.push(c),
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out
}

/// How many columns of a terminal a text takes: a character may take none, one or two.
pub(crate) fn columns(text: &str) -> usize {
    unicode_width::UnicodeWidthStr::width(text)
}

/// A text in exactly so many columns: cut with an ellipsis where it is too long, then filled up with spaces.
pub(crate) fn fit(text: &str, wide: usize) -> String {
    let mut fitted = text.to_owned();
    if columns(text) > wide {
        while columns(&fitted) >= wide.max(1) {
            fitted.pop();
        }
        fitted.push('…');
    }
    let missing = wide.saturating_sub(columns(&fitted));
    fitted + &" ".repeat(missing)
}

/// A text in at most so many columns: where it is too long, its middle is an ellipsis.
pub(crate) fn fit_middle(text: &str, wide: usize) -> String {
    if columns(text) <= wide {
        return text.to_owned();
    }
    let kept = wide.saturating_sub(1);
    let (mut head, mut tail) = (String::new(), Vec::new());
    for character in text.chars() {
        head.push(character);
        if columns(&head) > kept.div_ceil(2) {
            head.pop();
            break;
        }
    }
    for character in text.chars().rev() {
        tail.push(character);
        if columns(&head) + columns(&tail.iter().rev().collect::<String>()) > kept {
            tail.pop();
            break;
        }
    }
    head + "…" + &tail.iter().rev().collect::<String>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_text_drives_no_terminal() {
        assert_eq!(escape("plain — text"), "plain — text");
        assert_eq!(escape("a\u{1b}[2Jb\r\n\u{9b}"), "a\\u{1b}[2Jb\\r\\n\\u{9b}");
        assert_eq!(escape("\u{202e}gpj.exe"), "\\u{202e}gpj.exe");
    }

    #[test]
    fn fields_stay_on_their_line_and_can_be_undone() {
        assert_eq!(escape_field(b"a\tb\\c\nd\x01"), "a\\tb\\\\c\\nd\\u{1}");
        assert_eq!(escape_field(b"\xff\xfe"), "\\xff\\xfe");
    }

    #[test]
    fn columns_are_those_of_a_terminal() {
        assert_eq!((columns("abc"), columns("日本"), columns("e\u{301}"), columns("🦀")), (3, 4, 1, 2));
        for text in ["日本語日本語", "cafe\u{301}cafe\u{301}", "🦀🦀🦀🦀🦀", "abcdefgh", "a", ""] {
            for wide in 1..9 {
                assert_eq!(columns(&fit(text, wide)), wide, "{text} in {wide}");
            }
        }
        for wide in 1..12 {
            for text in ["https://example.org/", "日本語日本語日本語", "e\u{301}e\u{301}abcdefgh"] {
                assert!(columns(&fit_middle(text, wide)) <= wide, "{text} in {wide}");
            }
        }
        assert_eq!(
            (fit_middle("abcdefgh", 5), fit_middle("日本語日本語", 6)),
            ("ab…gh".to_owned(), "日…語".to_owned())
        );
        assert_eq!((fit("日本語", 4), fit("ab", 3)), ("日…\u{20}".to_owned(), "ab ".to_owned()));
    }

    #[test]
    fn binary_is_told_from_text() {
        assert!(!is_binary("text\twith ümläut\n".as_bytes()));
        assert!(!is_binary(&"ü".as_bytes()[..1]));
        for bytes in [&b"\x00"[..], b"\x1b[31m", b"\xff\xd8\xff", b"PK\x03\x04"] {
            assert!(is_binary(bytes), "{bytes:?}");
        }
    }
}
