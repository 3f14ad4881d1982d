//! From libcurl's callbacks into the bounded channel of an arrival, without ever blocking the driver.

use crate::transfer::backend::Signal;
use bytes::BytesMut;
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

/// Bytes of a body go out in pieces of this size, or less where the network is slower than the receiver.
pub(super) const PIECE_BYTES: usize = 256 * 1024;
/// So many signals wait in the channel; two more pieces may wait here.
pub(super) const CHANNEL_SIGNALS: usize = 3;

/// What waits for the receiver. When the channel is full, one signal is left in its queue of waiting senders, and
/// the receiver who takes one wakes the driver: nobody polls.
pub(super) struct Outbox {
    channel: flume::Sender<Signal>,
    waker: Waker,
    sending: Option<flume::r#async::SendFut<'static, Signal>>,
    waiting: VecDeque<Signal>,
    piece: BytesMut,
    expected: Option<u64>,
    gone: bool,
}

impl Outbox {
    /// An outbox for this channel, that wakes this waker when there is room again.
    pub(super) fn new(channel: flume::Sender<Signal>, waker: Waker) -> Self {
        Self {
            channel,
            waker,
            sending: None,
            waiting: VecDeque::new(),
            piece: BytesMut::new(),
            expected: None,
            gone: false,
        }
    }

    /// The channel itself.
    pub(super) fn channel(&self) -> flume::Sender<Signal> {
        self.channel.clone()
    }

    /// Whether nobody receives any more.
    pub(super) const fn is_gone(&self) -> bool {
        self.gone
    }

    /// Tells how many bytes are to come, so that small bodies take small buffers.
    pub(super) const fn expect(&mut self, bytes: Option<u64>) {
        self.expected = bytes;
    }

    /// Adds a signal, after all bytes that came before it.
    pub(super) fn push(&mut self, signal: Signal) {
        if !self.piece.is_empty() {
            let piece = std::mem::take(&mut self.piece);
            self.waiting.push_back(Signal::Data(piece.freeze()));
        }
        self.waiting.push_back(signal);
    }

    /// Adds bytes, or takes none of them: then the receiver is too slow, and the waker is woken once it has taken some.
    pub(super) fn add(&mut self, bytes: &[u8]) -> bool {
        if self.piece.len() + bytes.len() > PIECE_BYTES && !self.flush() {
            return false;
        }
        if self.piece.capacity() == 0 {
            let expected = self.expected.and_then(|e| usize::try_from(e).ok()).unwrap_or(PIECE_BYTES);
            self.piece.reserve(expected.clamp(bytes.len(), PIECE_BYTES.max(bytes.len())));
        }
        self.piece.extend_from_slice(bytes);
        self.expected = self.expected.map(|e| e.saturating_sub(bytes.len() as u64));
        true
    }

    /// Sends what the channel takes; whether that was all.
    pub(super) fn flush(&mut self) -> bool {
        loop {
            if let Some(sending) = &mut self.sending {
                match Pin::new(sending).poll(&mut Context::from_waker(&self.waker)) {
                    Poll::Pending => return false,
                    Poll::Ready(sent) => {
                        self.gone |= sent.is_err();
                        self.sending = None;
                    }
                }
            }
            if self.gone {
                self.waiting.clear();
                self.piece.clear();
                return true;
            }
            let next = match self.waiting.pop_front() {
                Some(signal) => signal,
                None if self.piece.is_empty() => return true,
                None => Signal::Data(std::mem::take(&mut self.piece).freeze()),
            };
            match self.channel.try_send(next) {
                Ok(()) => {}
                Err(flume::TrySendError::Full(signal)) => {
                    self.sending = Some(self.channel.clone().into_send_async(signal));
                }
                Err(flume::TrySendError::Disconnected(_)) => self.gone = true,
            }
        }
    }
}
