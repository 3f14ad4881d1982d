//! Runs a command: its output goes on at once and is recorded, signals reach it, and nothing of it stays behind.
//!
//! No thread is needed: the two streams and the signals (`SIGCHLD` among them) are waited for together.

use crate::error::{Error, Kind, Result};
use crate::run::command::{Capture, Command};
use crate::run::record::{Sink, Stream, Writer};
use crate::run::streams::{Ready, Watch, pipe};
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use signal_hook::consts::{SIGCHLD, SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::backend::SignalDelivery;
use signal_hook::iterator::exfiltrator::SignalOnly;
use std::fs::File;
use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, ExitStatus, Stdio};
use std::time::Duration;

/// How much is read at a time: more than a pipe gives at once.
const BUFFER_BYTES: usize = 64 * 1024;
/// So much is still recorded once nobody reads standard output any more; then the command is told so.
const UNREAD_BYTES: u64 = 64 << 20;
/// How long what is left of a command may take to end once it was told to.
const END_WAIT: Duration = Duration::from_millis(200);
/// The steps of that wait.
const END_STEP: Duration = Duration::from_millis(2);

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Its exit code, or 128 and the signal that ended it.
    pub(crate) exit_code: u8,
    /// Whether that is a result: no signal came in between, and all it wrote was read.
    pub(crate) whole: bool,
    /// The signal that came for us, and was passed on.
    pub(crate) signal: Option<i32>,
    /// Why what it wrote is not recorded.
    pub(crate) unrecorded: Option<Error>,
}

/// Runs a command to its end; what it writes goes to the sink, and into the record where there is one.
///
/// A record that cannot be written ends no command.
///
/// # Errors
/// `command_not_found`, `not_executable`; a disk error: its output cannot be written.
pub(crate) fn run(
    command: &Command,
    capture: &Capture,
    stdin: Option<File>,
    record: Option<&File>,
    sink: &mut dyn Sink,
) -> Result<Ended> {
    let (read_out, write_out) = pipe().map_err(|e| failed(&e))?;
    let (read_err, write_err) = pipe().map_err(|e| failed(&e))?;
    // Listening begins before there is a command: its end cannot be missed.
    let (reader, writer) = UnixStream::pair().map_err(|e| failed(&e))?;
    let forwarded = [SIGHUP, SIGINT, SIGQUIT, SIGTERM];
    let heard: Vec<i32> = forwarded.into_iter().filter(|signal| !is_ignored(*signal)).chain([SIGCHLD]).collect();
    let mut signals = SignalDelivery::with_pipe(reader, writer, SignalOnly, heard).map_err(|e| failed(&e))?;
    let told = signals.get_read().try_clone().map_err(|e| failed(&e))?;
    let mut watch = Watch::new(read_out, read_err, told.as_fd()).map_err(|e| failed(&e))?;
    let child = spawn(command, capture, stdin, (write_out.into(), write_err.into()))?;
    let mut group = Group { id: Pid::from_child(&child), child, status: None };
    let mut tee = Tee::new(record, sink);
    let mut signal = None;
    let mut buffer = vec![0; BUFFER_BYTES];
    while group.status.is_none() || !watch.is_over() {
        // Ended by a signal: what it started ends with it, who else holds its pipes is not waited for, and nothing is kept.
        if group.status.is_some_and(|status| signal.is_some() || status.signal().is_some()) {
            break;
        }
        for ready in watch.wait().map_err(|e| failed(&e))? {
            match ready {
                Ready::Stream(stream) => {
                    tee.pump(&mut watch, stream, &mut buffer)?;
                }
                Ready::Signal => {
                    for came in signals.pending() {
                        if came == SIGCHLD {
                            group.look().map_err(|e| failed(&e))?;
                        } else {
                            signal = Some(came);
                            group.send(came);
                        }
                    }
                }
            }
        }
    }
    let status = group.status;
    drop(group);
    // What stood in the pipes at its end it wrote as well. One who holds them still cannot keep us here by writing on.
    for stream in [Stream::Out, Stream::Err] {
        let mut left = BUFFER_BYTES;
        while left > 0 && watch.has_bytes(stream).map_err(|e| failed(&e))? {
            left -= tee.pump(&mut watch, stream, &mut buffer[..left])?;
        }
    }
    tee.finish();
    let by_signal = status.and_then(|status| status.signal());
    let code = status.and_then(|status| status.code());
    Ok(Ended {
        exit_code: u8::try_from(code.or(by_signal.map(|n| 128 + n)).unwrap_or(255)).unwrap_or(255),
        whole: code.is_some() && signal.is_none() && !tee.cut && tee.failure.is_none(),
        signal,
        unrecorded: tee.failure,
    })
}

fn failed(e: &io::Error) -> Error {
    Error::new(Kind::Other, "run", "cannot run the command").cause(e.to_string())
}

/// Whether a signal is ignored from the start (`nohup`): then the command ignores it too.
#[cfg(target_os = "linux")]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).map(str::trim);
    mask.and_then(|mask| u64::from_str_radix(mask, 16).ok()).is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

#[cfg(not(target_os = "linux"))]
const fn is_ignored(_: i32) -> bool {
    false
}

fn spawn(command: &Command, capture: &Capture, stdin: Option<File>, (out, err): (Stdio, Stdio)) -> Result<Child> {
    let mut process = std::process::Command::new(&capture.program);
    if let Some(name) = command.words.first() {
        process.arg0(name);
    }
    process.args(command.words.get(1..).unwrap_or_default()).current_dir(&command.folder);
    if command.clear_environment {
        process.env_clear();
        process.envs(capture.variables.iter().filter_map(|(name, value)| Some((name, value.as_ref()?))));
    }
    process.stdin(stdin.map_or_else(Stdio::null, Stdio::from)).stdout(out).stderr(err);
    // A group of its own, so that all of it can be told to end.
    process.process_group(0);
    #[cfg(target_os = "linux")]
    die_with_us(&mut process);
    let shown = command.words.first().map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
    process.spawn().map_err(|e| match e.kind() {
        // The file is there: what is missing is the program that its first line names.
        io::ErrorKind::NotFound => {
            Error::new(Kind::NotFound, "command_not_found", format!("the interpreter of `{shown}` was not found"))
        }
        _ => Error::new(Kind::Usage, "not_executable", format!("`{shown}` cannot be executed")).cause(e.to_string()),
    })
}

/// The command is killed if we are: nobody would record what it goes on to write.
#[cfg(target_os = "linux")]
fn die_with_us(process: &mut std::process::Command) {
    let parent = rustix::process::getpid();
    #[expect(unsafe_code, reason = "only the new process can ask for it")]
    // SAFETY: two system calls, no allocation and no lock between fork and exec.
    unsafe {
        process.pre_exec(move || {
            rustix::process::set_parent_process_death_signal(Some(Signal::KILL))?;
            // Killed already, before it was asked for?
            if rustix::process::getppid() == Some(parent) { Ok(()) } else { Err(io::ErrorKind::Interrupted.into()) }
        });
    }
}

/// A command with all that it started and that stayed in its group. Ends with us.
struct Group {
    id: Pid,
    child: Child,
    status: Option<ExitStatus>,
}

impl Group {
    /// Looks whether the command itself has ended.
    fn look(&mut self) -> io::Result<()> {
        if self.status.is_none() {
            self.status = self.child.try_wait()?;
        }
        Ok(())
    }

    fn send(&self, signal: i32) {
        if let Some(signal) = Signal::from_named_raw(signal) {
            let _ = kill_process_group(self.id, signal);
            // What is stopped hears it once it goes on.
            let _ = kill_process_group(self.id, Signal::CONT);
        }
    }

    fn lives(&self) -> bool {
        test_kill_process_group(self.id).is_ok()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // What it left running is told to end, and made to.
        self.send(SIGTERM);
        let mut waited = Duration::ZERO;
        while self.lives() && waited < END_WAIT {
            let _ = self.child.try_wait();
            std::thread::sleep(END_STEP);
            waited += END_STEP;
        }
        if self.lives() {
            let _ = kill_process_group(self.id, Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

/// What a command writes goes two ways.
struct Tee<'a> {
    record: Option<Writer<'a>>,
    sink: &'a mut dyn Sink,
    /// Bytes that came after nobody read standard output any more; `None`: somebody does.
    unread: Option<u64>,
    /// Whether not all was read.
    cut: bool,
    /// Why the record ended early.
    failure: Option<Error>,
}

impl<'a> Tee<'a> {
    fn new(record: Option<&'a File>, sink: &'a mut dyn Sink) -> Self {
        let mut tee = Self { record: None, sink, unread: None, cut: false, failure: None };
        tee.record = record.map(Writer::new).transpose().unwrap_or_else(|e| tee.give_up(&e));
        tee
    }

    fn give_up<T>(&mut self, e: &io::Error) -> Option<T> {
        self.failure = Some(Error::disk("cannot record what the command writes", e));
        None
    }

    /// Writes to the record, until that fails.
    fn record(&mut self, write: impl FnOnce(&mut Writer<'a>) -> io::Result<()>) {
        if let Some(Err(e)) = self.record.as_mut().map(write) {
            self.record = self.give_up(&e);
        }
    }

    /// Takes what one write left in a stream; how many bytes. 0: the stream has ended.
    fn pump(&mut self, watch: &mut Watch<'_>, stream: Stream, buffer: &mut [u8]) -> Result<usize> {
        let count = watch.read(stream, buffer).map_err(|e| failed(&e))?;
        if count > 0 && !self.take(stream, &buffer[..count])? {
            watch.close(stream);
        }
        Ok(count)
    }

    /// False: the stream is to be closed, because nobody reads it and there is too much of it.
    fn take(&mut self, stream: Stream, bytes: &[u8]) -> Result<bool> {
        self.record(|record| record.add(stream, bytes));
        if stream == Stream::Out
            && let Some(unread) = &mut self.unread
        {
            *unread += bytes.len() as u64;
            // Without a record there is nobody at all for whom to go on.
            self.cut |= self.record.is_none() || *unread > UNREAD_BYTES;
            return Ok(!self.cut);
        }
        if !self.sink.take(stream, bytes)? && stream == Stream::Out {
            self.unread = Some(0);
        }
        Ok(true)
    }

    fn finish(&mut self) {
        self.record(Writer::flush);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Default)]
    struct Heard(Vec<u8>);

    impl Sink for Heard {
        fn take(&mut self, _: Stream, bytes: &[u8]) -> Result<bool> {
            self.0.extend_from_slice(bytes);
            Ok(true)
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_record_that_cannot_be_written_ends_no_command() {
        let words = ["sh", "-c", "echo one; sleep 0.01; echo two >&2; exit 3"].map(Into::into).to_vec();
        let command =
            Command { words, folder: "/".into(), anywhere: false, variables: Vec::new(), clear_environment: false };
        let capture = Capture { program: "/bin/sh".into(), variables: Vec::new(), stdin: None };
        let full = File::options().write(true).open("/dev/full").unwrap();
        let mut heard = Heard::default();
        let ended = run(&command, &capture, None, Some(&full), &mut heard).unwrap();
        assert_eq!((ended.exit_code, ended.whole, &heard.0[..]), (3, false, &b"one\ntwo\n"[..]));
        assert_eq!(ended.unrecorded.unwrap().kind(), Kind::Disk);
        let record = tempfile::tempfile().unwrap();
        let ended = run(&command, &capture, None, Some(&record), &mut heard).unwrap();
        assert!(ended.whole && ended.unrecorded.is_none());
    }
}
