//! Which stream fills which part of a file. Pure: no clock, no socket, no file.
//!
//! A stream that is to help *claims* a span: a hole, a share of the first stream's rest from its end, or the later half of
//! the largest rest. Only when its response is *accepted* does the stream that had the span stop in front of it; one that
//! is refused changes nothing.
//!
//! The first stream asked for everything up to the end, so it is shortened for nothing; the others asked for a span, and a
//! connection whose response is cut short is lost. So they are given shares that they can finish, and are cut only at the end.

/// A part that one stream fills.
#[derive(Debug, Clone, Copy)]
struct Part {
    first: u64,
    /// Everything before it is written.
    at: u64,
    /// Everything before it is written, or is just being.
    reserved: u64,
    /// Where it stops.
    end: u64,
    /// What lies behind is claimed by others.
    soft_end: u64,
    active: bool,
}

impl Part {
    /// How much of it nobody else has claimed, and is not written.
    fn rest(&self) -> u64 {
        self.soft_end.saturating_sub(self.at)
    }
}

/// A span that a stream is going to ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) first: u64,
    pub(super) end: u64,
}

#[derive(Debug, Clone, Copy)]
struct Pending {
    claim: Claim,
    /// No stream will fill it if this one does not.
    orphan: bool,
}

/// The parts of one file.
#[derive(Debug)]
pub(super) struct Map {
    total: u64,
    /// The part of the first stream.
    main: usize,
    parts: Vec<Part>,
    holes: Vec<Claim>,
    pending: Vec<Pending>,
}

impl Map {
    /// A file of `total` bytes of which `done` (first, end) are there, in order. Gives the part of the first stream,
    /// which begins at the first gap and goes on to the end of that gap.
    pub(super) fn new(done: &[(u64, u64)], total: u64) -> (Self, usize) {
        let part = |first, at, end, active| Part { first, at, reserved: at, end, soft_end: end, active };
        let mut parts: Vec<_> = done.iter().map(|(first, end)| part(*first, *end, *end, false)).collect();
        let mut gaps = Vec::new();
        let mut at = 0;
        for (first, end) in done {
            if *first > at {
                gaps.push(Claim { first: at, end: *first });
            }
            at = at.max(*end);
        }
        gaps.push(Claim { first: at, end: total });
        let own = gaps.remove(0);
        parts.push(part(own.first, own.first, own.end, true));
        let holes = gaps.into_iter().filter(|g| g.first < g.end).collect();
        let main = parts.len() - 1;
        (Self { total, main, parts, holes, pending: Vec::new() }, main)
    }

    /// Where the part goes on, and where it stops.
    #[cfg(test)]
    pub(super) fn place(&self, part: usize) -> (u64, u64) {
        let part = self.parts[part];
        (part.at, part.end)
    }

    /// The next bytes of the part are about to be written: of so many, that many are wanted at this offset. Until
    /// they are, nobody else is given what they cover.
    pub(super) fn reserve(&mut self, part: usize, bytes: u64) -> (u64, u64) {
        let part = &mut self.parts[part];
        let wanted = bytes.min(part.end.saturating_sub(part.at));
        part.reserved = part.at + wanted;
        (part.at, wanted)
    }

    /// So many more bytes of the part are written. Whether that was all of it.
    pub(super) fn advance(&mut self, part: usize, bytes: u64) -> bool {
        let part = &mut self.parts[part];
        part.at += bytes;
        part.reserved = part.reserved.max(part.at);
        part.active &= part.at < part.end;
        !part.active
    }

    /// Whether the part is filled.
    pub(super) fn is_full(&self, part: usize) -> bool {
        let part = &self.parts[part];
        part.at >= part.end
    }

    /// The stream of the part ended; what it did not fill is a hole.
    pub(super) fn release(&mut self, part: usize) {
        let part = &mut self.parts[part];
        if part.active {
            part.active = false;
            let hole = Claim { first: part.at, end: part.end };
            part.end = part.at;
            self.leave(hole);
        }
    }

    /// A hole, for another stream.
    pub(super) fn claim_hole(&mut self) -> Option<Claim> {
        let claim = self.holes.pop()?;
        self.pending.push(Pending { claim, orphan: true });
        Some(claim)
    }

    /// A span of at least `least` bytes for another stream, which leaves as many: a hole, one of so many `shares` of what the
    /// first stream still has to fill, or half of the largest rest.
    pub(super) fn claim(&mut self, least: u64, shares: u64) -> Option<Claim> {
        if let Some(hole) = self.claim_hole() {
            return Some(hole);
        }
        let least = least.max(1);
        let main = &self.parts[self.main];
        let share = (main.rest() / shares.max(1)).max(least);
        let (victim, size) = if main.active && main.rest() >= share + least {
            (self.main, share)
        } else {
            let active = self.parts.iter().enumerate().filter(|(_, part)| part.active);
            let (index, victim) = active.max_by_key(|(_, part)| part.rest())?;
            (index, victim.rest() / 2)
        };
        if size < least {
            return None;
        }
        let victim = &mut self.parts[victim];
        let claim = Claim { first: victim.soft_end - size, end: victim.soft_end };
        victim.soft_end = claim.first;
        self.pending.push(Pending { claim, orphan: false });
        Some(claim)
    }

    /// The span's response has come and fits: it is this stream's part now. `None` if another has begun to fill it.
    pub(super) fn accept(&mut self, claim: Claim) -> Option<usize> {
        let at = self.pending.iter().position(|p| p.claim == claim)?;
        let pending = self.pending.swap_remove(at);
        if !pending.orphan {
            let victim =
                self.parts.iter_mut().find(|p| p.active && p.reserved <= claim.first && claim.first < p.end)?;
            let behind = Claim { first: claim.end, end: victim.end };
            victim.end = claim.first;
            victim.soft_end = victim.soft_end.min(claim.first);
            victim.active = victim.at < victim.end;
            self.leave(behind);
        }
        let Claim { first, end } = claim;
        self.parts.push(Part { first, at: first, reserved: first, end, soft_end: end, active: true });
        Some(self.parts.len() - 1)
    }

    /// The span will not be filled by the stream that claimed it.
    pub(super) fn refuse(&mut self, claim: Claim) {
        let Some(at) = self.pending.iter().position(|p| p.claim == claim) else { return };
        let pending = self.pending.swap_remove(at);
        if pending.orphan {
            self.holes.push(claim);
        } else if let Some(part) =
            self.parts.iter_mut().find(|p| p.active && p.soft_end == claim.first && claim.end <= p.end)
        {
            part.soft_end = claim.end;
        }
    }

    /// A span that lost its stream: what others have claimed of it is theirs alone now, the rest are holes.
    fn leave(&mut self, span: Claim) {
        let mut at = span.first;
        let mut claimed: Vec<Claim> = Vec::new();
        for pending in &mut self.pending {
            if span.first <= pending.claim.first && pending.claim.end <= span.end {
                pending.orphan = true;
                claimed.push(pending.claim);
            }
        }
        claimed.sort_unstable_by_key(|c| c.first);
        for claim in claimed.into_iter().chain([Claim { first: span.end, end: span.end }]) {
            if claim.first > at {
                self.holes.push(Claim { first: at, end: claim.first });
            }
            at = at.max(claim.end);
        }
    }

    /// What is written, as (first, end) in order and merged.
    pub(super) fn done(&self) -> Vec<(u64, u64)> {
        let mut written: Vec<_> = self.parts.iter().filter(|p| p.first < p.at).map(|p| (p.first, p.at)).collect();
        written.sort_unstable();
        let mut merged: Vec<(u64, u64)> = Vec::new();
        for (first, end) in written {
            match merged.last_mut() {
                Some(last) if first <= last.1 => last.1 = last.1.max(end),
                _ => merged.push((first, end)),
            }
        }
        merged
    }

    /// Everything before it is written.
    pub(super) fn frontier(&self) -> u64 {
        self.done().first().map_or(0, |(first, end)| if *first == 0 { *end } else { 0 })
    }

    /// Whether everything is written.
    pub(super) fn is_complete(&self) -> bool {
        self.frontier() >= self.total
    }

    /// How many bytes are still to come.
    pub(super) fn rest(&self) -> u64 {
        self.total - self.done().iter().map(|(first, end)| end - first).sum::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_the_largest_rest() {
        let (mut map, main) = Map::new(&[], 100);
        let a = map.claim(10, 2).unwrap();
        assert_eq!(a, Claim { first: 50, end: 100 });
        let b = map.claim(10, 2).unwrap();
        assert_eq!(b, Claim { first: 25, end: 50 });
        assert_eq!(map.place(main), (0, 100));
        let part = map.accept(b).unwrap();
        assert_eq!((map.place(main), map.place(part)), ((0, 25), (25, 50)));
        // The first claim was beyond what its stream has now: refused, it is a hole, which is taken first.
        map.refuse(a);
        assert_eq!(map.claim(10, 2), Some(a));
    }

    #[test]
    fn shares_of_the_first_stream() {
        let (mut map, main) = Map::new(&[], 100);
        let claims: Vec<Claim> = std::iter::from_fn(|| map.claim(10, 4)).take(5).collect();
        let spans: Vec<_> = claims.iter().map(|c| (c.first, c.end)).collect();
        assert_eq!(spans, [(75, 100), (57, 75), (43, 57), (33, 43), (23, 33)]);
        let parts: Vec<usize> = claims.into_iter().map(|claim| map.accept(claim).unwrap()).collect();
        // Those are left whole while the first stream has enough to give away; then the largest rest is halved.
        assert_eq!(map.claim(10, 4), Some(Claim { first: 13, end: 23 }));
        map.advance(main, 4);
        assert_eq!(map.claim(10, 4), Some(Claim { first: 88, end: 100 }));
        map.advance(parts[0], 4);
        assert_eq!(map.claim(10, 4), None);
    }

    #[test]
    fn a_refusal_changes_nothing() {
        let (mut map, main) = Map::new(&[], 100);
        let a = map.claim(10, 2).unwrap();
        map.refuse(a);
        assert_eq!(map.place(main), (0, 100));
        assert_eq!(map.claim(10, 2), Some(a));
        map.advance(main, 60);
        assert_eq!(map.accept(a), None);
        map.advance(main, 40);
        assert!(map.is_complete());
    }

    #[test]
    fn gaps_of_an_earlier_command() {
        let (mut map, main) = Map::new(&[(0, 10), (20, 30), (40, 50)], 60);
        assert_eq!(map.place(main), (10, 20));
        assert_eq!((map.frontier(), map.rest()), (10, 30));
        map.advance(main, 10);
        assert_eq!(map.frontier(), 30);
        let mut seen = vec![];
        while let Some(claim) = map.claim(1, 2) {
            let part = map.accept(claim).unwrap();
            map.advance(part, claim.end - claim.first);
            seen.push(claim.first);
        }
        seen.sort_unstable();
        assert_eq!(seen, [30, 50]);
        assert!(map.is_complete());
    }

    #[test]
    fn nothing_small_is_split() {
        let (mut map, main) = Map::new(&[(0, 50)], 100);
        assert_eq!(map.claim(26, 2), None);
        map.advance(main, 50);
        assert_eq!(map.claim(1, 2), None);
        assert!(map.is_complete());
        assert!(Map::new(&[], 0).0.is_complete());
    }

    proptest::proptest! {
        /// Whatever streams do, each byte is filled by exactly one, and in the end all are.
        #[test]
        fn no_byte_is_lost(steps in proptest::collection::vec((0..6_u8, 0..50_u64), 0..200)) {
            let (mut map, main) = Map::new(&[], 500);
            let mut filled = vec![0_u8; 500];
            let mut parts = vec![main];
            let mut claims: Vec<Claim> = vec![];
            let fill = |map: &mut Map, part: usize, most: u64, filled: &mut Vec<u8>| {
                let (at, end) = map.place(part);
                let bytes = most.min(end.saturating_sub(at));
                if map.parts[part].active {
                    filled[at as usize..(at + bytes) as usize].iter_mut().for_each(|b| *b += 1);
                    map.advance(part, bytes);
                }
            };
            for (what, n) in steps {
                match what {
                    0 => claims.extend(map.claim(n / 5, n / 8)),
                    1 if !claims.is_empty() => parts.extend(map.accept(claims.swap_remove(n as usize % claims.len()))),
                    2 if !claims.is_empty() => map.refuse(claims.swap_remove(n as usize % claims.len())),
                    3 => map.release(parts[n as usize % parts.len()]),
                    _ => fill(&mut map, parts[n as usize % parts.len()], n, &mut filled),
                }
                let frontier = map.frontier() as usize;
                proptest::prop_assert!(filled[..frontier].iter().all(|b| *b == 1));
                proptest::prop_assert_eq!(map.rest() as usize, filled.iter().map(|b| usize::from(*b == 0)).sum::<usize>());
            }
            for claim in claims {
                map.refuse(claim);
            }
            for part in parts {
                fill(&mut map, part, 500, &mut filled);
            }
            while let Some(claim) = map.claim(1, 2) {
                let part = map.accept(claim).unwrap();
                fill(&mut map, part, 500, &mut filled);
            }
            proptest::prop_assert!(map.is_complete());
            proptest::prop_assert!(filled.iter().all(|b| *b == 1));
        }
    }
}
