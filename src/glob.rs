//! Shell patterns over names and paths.

/// Whether a pattern means a path: `*` is any text, also over `/` (as in unzip, tar and `SQLite`'s GLOB), `?` one character,
/// `[a-z]` and `[!a-z]` one of a set; `[` without an end is itself. A pattern that means a folder means all below it.
pub(crate) fn selects(pattern: &str, path: &str) -> bool {
    let pattern: Vec<char> = pattern.trim_start_matches("./").trim_end_matches('/').chars().collect();
    let text: Vec<char> = path.chars().collect();
    matches(&pattern, &text)
        || text.iter().enumerate().any(|(at, c)| *c == '/' && at > 0 && matches(&pattern, &text[..at]))
}

/// Whether a pattern means exactly this name.
pub(crate) fn names(pattern: &str, name: &str) -> bool {
    let (pattern, name): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    matches(&pattern, &name)
}

/// Whether a text has a character that means more than itself in a pattern.
pub(crate) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '['])
}

/// One star to go back to is enough: a later one takes whatever an earlier one could. So the time is bounded by the product
/// of both lengths.
fn matches(pattern: &[char], text: &[char]) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if pattern.get(p) == Some(&'*') {
            star = Some((p, t));
            p += 1;
            continue;
        }
        if let Some(width) = pattern.get(p..).and_then(|rest| one(rest, text[t])) {
            p += width;
            t += 1;
            continue;
        }
        let Some((at, from)) = star else { return false };
        star = Some((at, from + 1));
        p = at + 1;
        t = from + 1;
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// How many characters of the pattern stand for this one of the text; `None` if they do not.
fn one(pattern: &[char], c: char) -> Option<usize> {
    match pattern.first()? {
        '?' => Some(1),
        '[' => match set(pattern, c) {
            Some((width, true)) => Some(width),
            Some((_, false)) => None,
            None => (c == '[').then_some(1),
        },
        other => (*other == c).then_some(1),
    }
}

/// The length of a set in brackets, and whether it has the character; `None` if the bracket has no end.
fn set(pattern: &[char], c: char) -> Option<(usize, bool)> {
    let negated = matches!(pattern.get(1), Some('!' | '^'));
    let start = if negated { 2 } else { 1 };
    let mut at = start;
    let mut has = false;
    loop {
        let low = *pattern.get(at)?;
        if low == ']' && at > start {
            return Some((at + 1, has != negated));
        }
        match (pattern.get(at + 1), pattern.get(at + 2)) {
            (Some('-'), Some(high)) if *high != ']' => {
                has |= (low..=*high).contains(&c);
                at += 3;
            }
            _ => {
                has |= low == c;
                at += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::selects;

    #[test]
    fn patterns_select_as_in_unzip_and_tar() {
        for (pattern, path) in [
            ("*.csv", "a/b.csv"),
            ("a/b.csv", "a/b.csv"),
            ("./a", "a/b/c"),
            ("a/", "a/b"),
            ("a/*", "a/b/c"),
            ("?.txt", "ä.txt"),
            ("[a-c]x[!0-9]", "bxz"),
            ("[]]", "]"),
            ("a[b", "a[b"),
            ("**/x", "a/b/x"),
            ("*", "x"),
            ("a*b*c", "aXbYbZc"),
        ] {
            assert!(selects(pattern, path), "{pattern} {path}");
        }
        for (pattern, path) in [
            ("*.csv", "a.csvx"),
            ("a", "ab"),
            ("a/b", "a"),
            ("?", "ab"),
            ("[!a]", "a"),
            ("", "a"),
            ("b", "a/b"),
            ("a?", "a"),
        ] {
            assert!(!selects(pattern, path), "{pattern} {path}");
        }
        assert!(!selects(&"*a".repeat(200), &"b".repeat(4000)));
    }
}
