//! The two streams of a command, read in the order in which it wrote to them.
//!
//! Two pipes do not tell which was written to first. On Linux they do, if each holds one write at a time (packets, in a pipe of one
//! page): a command that writes again waits until we have read, so of what stands in both pipes each is the oldest of its own, and
//! `epoll` reports pipes in the order in which they became readable. Elsewhere `poll` reads what is there, and writes that came
//! within one look may change places.

use crate::run::record::Stream;
use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};

/// What can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ready {
    /// A stream has bytes, or has ended.
    Stream(Stream),
    /// A signal came.
    Signal,
}

/// A pipe: the end that we read, the end that the command writes.
pub(crate) fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    #[cfg(target_os = "linux")]
    {
        use rustix::pipe::PipeFlags;
        let (reader, writer) = match rustix::pipe::pipe_with(PipeFlags::CLOEXEC | PipeFlags::DIRECT) {
            Ok(pair) => pair,
            Err(_) => rustix::pipe::pipe_with(PipeFlags::CLOEXEC)?,
        };
        // Where a pipe cannot be so small, order is as good as elsewhere.
        let _ = rustix::pipe::fcntl_setpipe_size(&writer, PAGE_BYTES);
        Ok((reader, writer))
    }
    #[cfg(not(target_os = "linux"))]
    {
        let (reader, writer) = rustix::pipe::pipe()?;
        for end in [&reader, &writer] {
            rustix::io::fcntl_setfd(end, rustix::io::FdFlags::CLOEXEC)?;
        }
        Ok((reader, writer))
    }
}

#[cfg(target_os = "linux")]
const PAGE_BYTES: usize = 4096;

/// Both streams and the signals, waited for together.
pub(crate) struct Watch<'a> {
    signals: BorrowedFd<'a>,
    out: Option<OwnedFd>,
    err: Option<OwnedFd>,
    #[cfg(target_os = "linux")]
    epoll: OwnedFd,
}

impl<'a> Watch<'a> {
    pub(crate) fn new(out: OwnedFd, err: OwnedFd, signals: BorrowedFd<'a>) -> io::Result<Self> {
        #[cfg(target_os = "linux")]
        let epoll = {
            use rustix::event::epoll::{self, CreateFlags, EventData, EventFlags};
            let epoll = epoll::create(CreateFlags::CLOEXEC)?;
            for (fd, data) in [(out.as_fd(), OUT), (err.as_fd(), ERR)] {
                epoll::add(&epoll, fd, EventData::new_u64(data), EventFlags::IN | EventFlags::ET)?;
            }
            epoll::add(&epoll, signals, EventData::new_u64(SIGNAL), EventFlags::IN)?;
            epoll
        };
        Ok(Self {
            signals,
            out: Some(out),
            err: Some(err),
            #[cfg(target_os = "linux")]
            epoll,
        })
    }

    /// Whether both streams have ended.
    pub(crate) const fn is_over(&self) -> bool {
        self.out.is_none() && self.err.is_none()
    }

    const fn slot(&mut self, stream: Stream) -> &mut Option<OwnedFd> {
        match stream {
            Stream::Out => &mut self.out,
            Stream::Err => &mut self.err,
        }
    }

    /// Ends a stream from our side: the command is told when it writes again.
    pub(crate) fn close(&mut self, stream: Stream) {
        *self.slot(stream) = None;
    }

    /// Whether a stream can be read without waiting.
    pub(crate) fn has_bytes(&mut self, stream: Stream) -> io::Result<bool> {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};
        let Some(fd) = self.slot(stream) else { return Ok(false) };
        let mut fds = [PollFd::new(fd, PollFlags::IN)];
        loop {
            match poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })) {
                Err(rustix::io::Errno::INTR) => {}
                other => return Ok(other? > 0 && fds[0].revents().contains(PollFlags::IN)),
            }
        }
    }

    /// Reads what one write left; 0 bytes: the stream has ended.
    pub(crate) fn read(&mut self, stream: Stream, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(fd) = self.slot(stream) else { return Ok(0) };
        let count = loop {
            match rustix::io::read(&*fd, &mut *buffer) {
                Err(rustix::io::Errno::INTR) => {}
                other => break other?,
            }
        };
        if count == 0 {
            self.close(stream);
        } else {
            self.again(stream)?;
        }
        Ok(count)
    }

    /// Waits until something can be read; in the order in which it came.
    #[cfg(target_os = "linux")]
    pub(crate) fn wait(&mut self) -> io::Result<Vec<Ready>> {
        use rustix::event::epoll::{self, Event, EventData, EventFlags};
        let mut events = [Event { flags: EventFlags::empty(), data: EventData::new_u64(0) }; 4];
        let count = match epoll::wait(&self.epoll, &mut events[..], None) {
            Err(rustix::io::Errno::INTR) => 0,
            other => other?,
        };
        let meaning = |event: &Event| match event.data.u64() {
            OUT => Ready::Stream(Stream::Out),
            ERR => Ready::Stream(Stream::Err),
            _ => Ready::Signal,
        };
        let _ = self.signals;
        Ok(events[..count].iter().map(meaning).collect())
    }

    /// Asks to be told again, should there be more already.
    #[cfg(target_os = "linux")]
    fn again(&mut self, stream: Stream) -> io::Result<()> {
        use rustix::event::epoll::{self, EventData, EventFlags};
        let data = EventData::new_u64(if stream == Stream::Out { OUT } else { ERR });
        let fd = if stream == Stream::Out { &self.out } else { &self.err };
        match fd {
            Some(fd) => Ok(epoll::modify(&self.epoll, fd, data, EventFlags::IN | EventFlags::ET)?),
            None => Ok(()),
        }
    }

    #[cfg(not(target_os = "linux"))]
    pub(crate) fn wait(&mut self) -> io::Result<Vec<Ready>> {
        use rustix::event::{PollFd, PollFlags, poll};
        let mut meant = vec![Ready::Signal];
        let mut fds = vec![PollFd::from_borrowed_fd(self.signals, PollFlags::IN)];
        for (stream, fd) in [(Stream::Out, &self.out), (Stream::Err, &self.err)] {
            if let Some(fd) = fd {
                meant.push(Ready::Stream(stream));
                fds.push(PollFd::from_borrowed_fd(fd.as_fd(), PollFlags::IN));
            }
        }
        match poll(&mut fds, None) {
            Err(rustix::io::Errno::INTR) => {}
            other => {
                other?;
            }
        }
        let ready = fds.iter().zip(meant).filter(|(fd, _)| !fd.revents().is_empty());
        Ok(ready.map(|(_, meant)| meant).collect())
    }

    #[cfg(not(target_os = "linux"))]
    #[expect(clippy::unnecessary_wraps, clippy::unused_self, reason = "as on Linux")]
    const fn again(&mut self, _: Stream) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(target_os = "linux")]
const OUT: u64 = 1;
#[cfg(target_os = "linux")]
const ERR: u64 = 2;
#[cfg(target_os = "linux")]
const SIGNAL: u64 = 3;
