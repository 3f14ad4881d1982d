//! Draws what happens: a bar for each transfer and one for all on a terminal, a plain line now and then elsewhere.

use super::args::values::Progress;
use super::output::{Output, escape};
use super::signals;
use dl::clock::{show_age, show_size};
use dl::event::{Event, Listener};
use indicatif::{ProgressBar, ProgressStyle};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, Once, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// How often a plain line is written.
const PLAIN_LINE_EVERY: Duration = Duration::from_secs(30);
/// A transfer that is done before this has no bar.
const NO_BAR_BEFORE: Duration = Duration::from_millis(200);
/// The widest name before a bar.
const WIDEST_NAME_CHARS: usize = 28;
const BAR: &str = "{prefix:28!} {bar:20} {bytes:>11} of {total_bytes:<11} {bytes_per_sec:>13} {eta:>4}";
const SPINNER: &str = "{prefix:28!} {spinner} {bytes:>11} {bytes_per_sec:>13} {elapsed:>4}";

/// How progress is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum How {
    Bars,
    Plain,
    Nothing,
}

/// One transfer that runs.
#[derive(Debug, Default)]
struct Running {
    began: Option<Instant>,
    held: u64,
    bytes: u64,
    total: Option<u64>,
}

/// What each transfer is called, by its number.
type Names = dyn Fn(usize) -> String + Send + Sync;

/// Watches all transfers of a command.
pub(crate) struct Watch {
    output: Arc<Output>,
    how: How,
    /// Asked for where one is shown: most are hits of which nothing is.
    names: Box<Names>,
    running: Vec<Mutex<Running>>,
    done: AtomicUsize,
    received: AtomicU64,
    sum: OnceLock<ProgressBar>,
    plain: Once,
}

impl Watch {
    /// Watches so many transfers of these names. Nothing is drawn or started before the first of them receives something.
    pub(crate) fn new(
        output: Arc<Output>,
        asked: Option<Progress>,
        on_terminal: bool,
        count: usize,
        names: Box<Names>,
    ) -> Arc<Self> {
        let how = match asked.unwrap_or(Progress::Auto) {
            _ if output.manner().quiet => How::Nothing,
            Progress::None => How::Nothing,
            Progress::Auto | Progress::Bar if on_terminal => How::Bars,
            // Where there is no terminal a bar cannot be drawn.
            Progress::Auto | Progress::Bar | Progress::Plain => How::Plain,
        };
        let running = (0..count).map(|_| Mutex::default()).collect();
        Arc::new(Self {
            output,
            how,
            names,
            running,
            done: AtomicUsize::new(0),
            received: AtomicU64::new(0),
            sum: OnceLock::new(),
            plain: Once::new(),
        })
    }

    /// Listens to one of them.
    pub(crate) fn listener(self: &Arc<Self>, index: usize) -> Box<dyn Listener> {
        Box::new(Ear { watch: Arc::clone(self), index, bar: OnceLock::new() })
    }

    fn name(&self, index: usize) -> String {
        (self.names)(index)
    }

    fn with(&self, index: usize, change: impl FnOnce(&mut Running)) {
        if let Some(running) = self.running.get(index) {
            change(&mut running.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// A name in front, where there are several.
    fn about(&self, index: usize, text: &str) -> String {
        if self.running.len() > 1 { format!("{}: {text}", self.name(index)) } else { text.to_owned() }
    }

    fn sum_bar(&self) -> Option<&ProgressBar> {
        if self.running.len() < 2 || self.how != How::Bars {
            return None;
        }
        Some(self.sum.get_or_init(|| {
            let name = format!("all {} files", self.running.len());
            self.output.bars().add(ProgressBar::no_length().with_style(style(SPINNER)).with_prefix(name))
        }))
    }

    fn start_plain(self: &Arc<Self>) {
        self.plain.call_once(|| {
            let watch = Arc::clone(self);
            let write = move || loop {
                std::thread::sleep(PLAIN_LINE_EVERY);
                if let Some(line) = watch.plain_line() {
                    watch.output.note(&line);
                }
            };
            let _ = std::thread::Builder::new().name("progress".to_owned()).spawn(write);
        });
    }

    /// One line about everything that runs; `None` if nothing does.
    fn plain_line(&self) -> Option<String> {
        let mut active = Vec::new();
        for (index, running) in self.running.iter().enumerate() {
            let running = running.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(began) = running.began {
                active.push((index, running.bytes, running.held, running.total, began.elapsed()));
            }
        }
        let rate = |bytes: u64, held: u64, time: Duration| {
            (bytes.saturating_sub(held) as f64 / time.as_secs_f64().max(0.001)) as u64
        };
        match active.as_slice() {
            [] => None,
            [(index, bytes, held, total, time)] => {
                let rate = rate(*bytes, *held, *time);
                let of = total.map_or(String::new(), |total| {
                    let percent = bytes.saturating_mul(100).checked_div(total).unwrap_or(100);
                    let left = total.saturating_sub(*bytes).checked_div(rate);
                    let left = left.map_or(String::new(), |s| format!(", {} left", show_age(Duration::from_secs(s))));
                    format!(" of {} ({percent} %){left}", show_size(total))
                });
                Some(format!("{}  {}{of}, {}/s", self.name(*index), show_size(*bytes), show_size(rate)))
            }
            several => {
                let sum: u64 = several.iter().map(|(_, bytes, held, _, time)| rate(*bytes, *held, *time)).sum();
                let done = self.done.load(Ordering::Relaxed);
                let received = self.received.load(Ordering::Relaxed);
                let counts = format!("{done} of {} done, {} running", self.running.len(), several.len());
                Some(format!("{counts}, {} received, {}/s", show_size(received), show_size(sum)))
            }
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("━━╌")
}

/// Listens where nothing is transferred: only warnings are told.
pub(crate) struct Spoken<'a>(&'a Output);

impl<'a> Spoken<'a> {
    pub(crate) fn new(output: &'a Output) -> Self {
        Self(output)
    }
}

impl Listener for Spoken<'_> {
    fn event(&self, event: Event) {
        if let Event::Warning(text) = event {
            self.0.warn(&text);
        }
    }
}

/// Listens to one transfer.
struct Ear {
    watch: Arc<Watch>,
    index: usize,
    bar: OnceLock<ProgressBar>,
}

impl Ear {
    fn started(&self, held: u64, total: Option<u64>) {
        signals::start(&self.watch.output);
        self.watch.with(self.index, |running| {
            running.began = Some(Instant::now());
            (running.held, running.bytes, running.total) = (held, held, total);
        });
        match self.watch.how {
            How::Nothing => {}
            How::Plain => self.watch.start_plain(),
            // Another try of a transfer that has its bar already.
            How::Bars => {
                if let Some(bar) = self.bar.get() {
                    match total {
                        Some(total) => bar.set_length(total),
                        None => bar.unset_length(),
                    }
                    bar.set_style(style(if total.is_some() { BAR } else { SPINNER }));
                    bar.set_position(held);
                    bar.reset_eta();
                }
            }
        }
    }

    /// The bar, once the transfer has run for a while: what is done at once needs none.
    fn bar(&self) -> Option<&ProgressBar> {
        if self.bar.get().is_some() || self.watch.how != How::Bars {
            return self.bar.get();
        }
        let running = self.watch.running.get(self.index)?.lock().unwrap_or_else(PoisonError::into_inner);
        if running.began?.elapsed() < NO_BAR_BEFORE {
            return None;
        }
        let (held, total) = (running.held, running.total);
        drop(running);
        Some(self.bar.get_or_init(|| {
            let bar = match total {
                Some(total) => ProgressBar::new(total).with_style(style(BAR)),
                None => ProgressBar::no_length().with_style(style(SPINNER)),
            };
            let name: String = escape(&self.watch.name(self.index)).chars().take(WIDEST_NAME_CHARS).collect();
            let bar = bar.with_prefix(name).with_position(held);
            let bars = self.watch.output.bars();
            match self.watch.sum_bar() {
                Some(sum) => bars.insert_before(sum, bar),
                None => bars.add(bar),
            }
        }))
    }
}

impl Listener for Ear {
    fn tells_decisions(&self) -> bool {
        self.watch.output.manner().explain
    }

    fn event(&self, event: Event) {
        let watch = &self.watch;
        match event {
            Event::Started { held, total } => self.started(held, total),
            Event::Received(bytes) => {
                watch.received.fetch_add(bytes, Ordering::Relaxed);
                let mut now = 0;
                watch.with(self.index, |running| {
                    running.bytes += bytes;
                    now = running.bytes;
                });
                if let Some(bar) = self.bar() {
                    bar.set_position(now);
                }
                if let Some(sum) = watch.sum.get() {
                    sum.set_position(watch.received.load(Ordering::Relaxed));
                }
            }
            Event::Restarted(held) => {
                watch.with(self.index, |running| (running.held, running.bytes) = (held, held));
                if let Some(bar) = self.bar.get() {
                    bar.set_position(held);
                }
            }
            Event::Retrying { wait, reason } => {
                let wait = match wait.as_millis() {
                    ms @ 0..1000 => format!("{ms} ms"),
                    _ => format!("{:.0} s", wait.as_secs_f64().ceil()),
                };
                let text = format!("{reason}; trying again in {wait}");
                watch.output.note(&watch.about(self.index, &text));
            }
            Event::Waiting => {
                watch.output.note(&watch.about(self.index, "another dl fetches the same: waiting for it"));
            }
            Event::Warning(text) => watch.output.warn(&watch.about(self.index, &text)),
            Event::Decision(text) if watch.output.manner().explain => {
                watch.output.line(&format!("explain: {}", escape(&watch.about(self.index, &text))));
            }
            Event::Detail(text) if watch.output.manner().loudness > 0 => {
                watch.output.line(&format!("* {}", escape(&watch.about(self.index, &text))));
            }
            _ => {}
        }
    }
}

impl Drop for Ear {
    fn drop(&mut self) {
        self.watch.done.fetch_add(1, Ordering::Relaxed);
        self.watch.with(self.index, |running| running.began = None);
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
        if self.watch.done.load(Ordering::Relaxed) == self.watch.running.len()
            && let Some(sum) = self.watch.sum.get()
        {
            sum.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::output::Manner;
    use super::*;

    fn watch(names: &[&str]) -> Arc<Watch> {
        let output = Arc::new(Output::new(Manner { quiet: true, ..Manner::default() }));
        let names: Vec<String> = names.iter().map(|&n| n.to_owned()).collect();
        Watch::new(output, Some(Progress::Plain), false, names.len(), Box::new(move |index| names[index].clone()))
    }

    #[test]
    fn the_plain_line_tells_what_runs() {
        let one = watch(&["a.bin"]);
        assert_eq!(one.plain_line(), None);
        one.with(0, |r| *r = Running { began: Some(Instant::now()), held: 0, bytes: 50 << 20, total: Some(100 << 20) });
        let line = one.plain_line().unwrap();
        assert!(line.starts_with("a.bin  50 MiB of 100 MiB (50 %)"), "{line}");
        let two = watch(&["a", "b"]);
        for index in 0..2 {
            two.with(index, |r| r.began = Some(Instant::now()));
        }
        assert!(two.plain_line().unwrap().starts_with("0 of 2 done, 2 running"));
    }

    #[test]
    fn every_template_is_one() {
        for template in [BAR, SPINNER] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }
}
