//! What a command did: exit code, stdout, stderr, and the questions a test asks of them.

use serde_json::Value;
use std::path::PathBuf;

/// A command that ended.
#[derive(Debug, Clone)]
pub struct Transcript {
    /// As typed, for messages.
    pub command: String,
    /// The exit code; 128+N when signal N ended it.
    pub code: i32,
    /// Raw.
    pub stdout: Vec<u8>,
    /// As text (replaced where it is not UTF-8).
    pub stderr: String,
}

impl Transcript {
    /// Everything, for a panic message.
    pub fn tell(&self) -> String {
        let stdout = String::from_utf8_lossy(&self.stdout[..self.stdout.len().min(4000)]);
        format!("$ {}\n[exit {}]\n--- stdout\n{stdout}\n--- stderr\n{}", self.command, self.code, self.stderr)
    }

    /// It must have ended well.
    #[track_caller]
    pub fn ok(&self) -> &Self {
        self.fails(0)
    }

    /// It must have ended with this code; a failure must have been told.
    #[track_caller]
    pub fn fails(&self, code: i32) -> &Self {
        assert_eq!(self.code, code, "expected exit {code}\n{}", self.tell());
        self
    }

    /// stderr must hold the text.
    #[track_caller]
    pub fn says(&self, text: &str) -> &Self {
        assert!(self.stderr.contains(text), "expected `{text}` on stderr\n{}", self.tell());
        self
    }

    /// stderr must not hold the text.
    #[track_caller]
    pub fn never_says(&self, text: &str) -> &Self {
        assert!(!self.stderr.contains(text), "expected no `{text}` on stderr\n{}", self.tell());
        self
    }

    /// stderr must be empty but for the line a URL that every fetch prints.
    #[track_caller]
    pub fn warns_not(&self) -> &Self {
        self.never_says("warning:").never_says("error:")
    }

    /// stdout as text.
    #[track_caller]
    pub fn out(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap_or_else(|_| panic!("stdout is no text\n{}", self.tell()))
    }

    /// The lines of stdout.
    #[track_caller]
    pub fn lines(&self) -> Vec<&str> {
        self.out().lines().collect()
    }

    /// The only line of stdout, as a path.
    #[track_caller]
    pub fn path(&self) -> PathBuf {
        let lines = self.lines();
        assert_eq!(lines.len(), 1, "expected one line on stdout\n{}", self.tell());
        PathBuf::from(lines[0])
    }

    /// One JSON object a line.
    #[track_caller]
    pub fn json_lines(&self) -> Vec<Value> {
        let parse = |line: &&str| {
            serde_json::from_str(line).unwrap_or_else(|e| panic!("no JSON ({e}): {line}\n{}", self.tell()))
        };
        self.lines().iter().map(parse).collect()
    }

    /// The only JSON object.
    #[track_caller]
    pub fn json(&self) -> Value {
        let mut lines = self.json_lines();
        assert_eq!(lines.len(), 1, "expected one JSON line\n{}", self.tell());
        lines.remove(0)
    }

    /// The failure must be told in JSON with this kind, code of the table and fine code (`""`: any).
    #[track_caller]
    pub fn error(&self, kind: &str, code: &str) -> Value {
        let json = self.json();
        let error = &json["error"];
        assert_eq!(error["kind"], kind, "{}", self.tell());
        assert_eq!(error["exit_code"], self.code, "{}", self.tell());
        if !code.is_empty() {
            assert_eq!(error["code"], code, "{}", self.tell());
        }
        json
    }

    /// The field of the only JSON object (`a.b` goes down).
    #[track_caller]
    pub fn field(&self, name: &str) -> Value {
        let json = self.json();
        name.split('.').fold(json, |value, part| match part.parse::<usize>() {
            Ok(index) => value[index].clone(),
            Err(_) => value[part].clone(),
        })
    }

    /// The field must have this value.
    #[track_caller]
    pub fn has(&self, name: &str, value: impl Into<Value>) -> &Self {
        assert_eq!(self.field(name), value.into(), "`{name}`\n{}", self.tell());
        self
    }
}
