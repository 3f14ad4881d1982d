//! Which request fields chose a response (RFC 9111, 4.1; RFC 9110, 12.5.5), and whether those of another request would.

use crate::cache::freshness::directive::members;
use crate::message::Fields;

/// Fields whose values mean the same in any case, and whose members are weighed by `q` alone (RFC 9110, 12.4.2).
const WEIGHED: [&str; 4] = ["accept", "accept-charset", "accept-encoding", "accept-language"];

/// The values, normalised, of the request fields that `Vary` named; `None` where there was none of a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selecting {
    /// Name and value, by name.
    pub fields: Vec<(String, Option<String>)>,
    /// `Vary: *`: no request matches.
    pub any: bool,
}

impl Selecting {
    /// What in this request chose a response with these fields.
    ///
    /// ```
    /// use dl::cache::freshness::vary::Selecting;
    /// use dl::message::Fields;
    ///
    /// let (mut request, mut response) = (Fields::new(), Fields::new());
    /// request.push("Accept-Language", "de , EN");
    /// response.push("Vary", "accept-language");
    /// let selecting = Selecting::of(&request, &response);
    /// request.set("Accept-Language", "de,en");
    /// assert!(selecting.matches(&request));
    /// request.set("Accept-Language", "fr");
    /// assert!(!selecting.matches(&request));
    /// ```
    #[must_use]
    pub fn of(request: &Fields, response: &Fields) -> Self {
        let lines: Vec<String> = response.all("vary").map(|v| String::from_utf8_lossy(v).into_owned()).collect();
        let mut names: Vec<String> = lines.iter().flat_map(|line| members(line)).map(str::to_ascii_lowercase).collect();
        names.sort_unstable();
        names.dedup();
        if names.iter().any(|name| name == "*") {
            return Self { fields: Vec::new(), any: true };
        }
        let fields = names.into_iter().map(|name| (normalised(request, &name), name)).map(|(v, n)| (n, v)).collect();
        Self { fields, any: false }
    }

    /// Whether this request would have chosen the same.
    #[must_use]
    pub fn matches(&self, request: &Fields) -> bool {
        !self.any && self.fields.iter().all(|(name, value)| normalised(request, name) == *value)
    }
}

/// All lines of a field as one list, without what means nothing: spaces around commas and semicolons, empty members,
/// the case of names that have none, the order of members of different weight. That of equal ones counts, for servers
/// read it.
fn normalised(request: &Fields, name: &str) -> Option<String> {
    if !request.contains(name) {
        return None;
    }
    let lines: Vec<String> = request.all(name).map(|v| String::from_utf8_lossy(v).into_owned()).collect();
    let member = |member: &str| {
        if member.contains('"') {
            return member.to_owned();
        }
        member.split(';').map(|part| part.trim_matches([' ', '\t'])).collect::<Vec<_>>().join(";")
    };
    let mut all: Vec<String> = lines.iter().flat_map(|line| members(line)).map(member).collect();
    if WEIGHED.contains(&name) {
        let mut weighed: Vec<(u16, String)> = all.iter().map(|member| weighed(&member.to_ascii_lowercase())).collect();
        weighed.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
        all = weighed.into_iter().map(|(_, member)| member).collect();
    }
    Some(all.join(","))
}

/// The weight of a member in thousandths, and the member with its weight written in one way only.
fn weighed(member: &str) -> (u16, String) {
    let is_weight = |part: &&str| part.strip_prefix("q=").and_then(weight).is_some();
    let Some(part) = member.split(';').skip(1).find(is_weight) else { return (1_000, member.to_owned()) };
    let weight = part.strip_prefix("q=").and_then(weight).unwrap_or(1_000);
    let written = if weight == 1_000 { String::new() } else { format!(";q={weight}") };
    (weight, member.replacen(&format!(";{part}"), &written, 1))
}

/// A `qvalue` in thousandths: 0 to 1 with at most three digits behind the point.
fn weight(text: &str) -> Option<u16> {
    let (whole, rest) = text.split_once('.').unwrap_or((text, ""));
    let is_written_well = matches!(whole, "0" | "1") && rest.len() <= 3 && rest.bytes().all(|b| b.is_ascii_digit());
    let thousandths = format!("{whole}{rest:0<3}").parse().ok().filter(|weight| *weight <= 1_000);
    thousandths.filter(|_| is_written_well)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(lines: &[(&str, &str)]) -> Fields {
        lines.iter().copied().collect()
    }

    fn matches(vary: &[&str], first: &[(&str, &str)], second: &[(&str, &str)]) -> bool {
        let response = fields(&vary.iter().map(|v| ("Vary", *v)).collect::<Vec<_>>());
        Selecting::of(&fields(first), &response).matches(&fields(second))
    }

    #[test]
    fn requests_that_choose_the_same() {
        assert!(matches(&[], &[("a", "1")], &[]));
        assert!(matches(&["A"], &[("a", "1"), ("b", "1")], &[("a", "1"), ("b", "2")]));
        assert!(!matches(&["A"], &[("a", "1")], &[("a", "2")]));
        assert!(!matches(&["A"], &[("a", "1")], &[]));
        assert!(!matches(&["A"], &[], &[("a", "1")]));
        assert!(!matches(&["A"], &[], &[("a", "")]), "empty is not absent");
        assert!(matches(&["A, B", "C"], &[("a", "1"), ("c", "3")], &[("c", "3"), ("a", "1")]));
        assert!(!matches(&["A", "C"], &[("a", "1"), ("c", "3")], &[("a", "1"), ("c", "4")]), "all lines count");
        assert!(matches(&["a"], &[("a", "1, 2")], &[("a", "1"), ("a", "2")]), "lines are one list");
        assert!(matches(&["a"], &[("a", "1,2")], &[("a", " 1 ,\t2 ,")]));
        assert!(!matches(&["a"], &[("a", "x")], &[("a", "X")]), "case counts where it may");
        assert!(matches(&["accept-language"], &[("Accept-Language", "de ; q=1")], &[("accept-language", "DE;q=1")]));
        assert!(!matches(&["a"], &[("a", "\"1, 2\"")], &[("a", "\"1,2\"")]), "not within quotes");
    }

    #[test]
    fn weights_have_one_way_to_be_written() {
        let same = |one: &str, other: &str| matches(&["Accept"], &[("accept", one)], &[("accept", other)]);
        assert!(same("de;q=0.5, en", "EN;q=1.0, de;q=0.50"), "the order of different weights says nothing");
        assert!(same("a;v=1;q=.3, b", "a;v=1;q=.3, b") && !same("a;q=.3, b", "b, a;q=.3"), "a weight that is none");
        assert!(!same("de, en", "en, de"), "that of equal ones does, to servers");
        assert!(!same("de;q=0.5, en", "de;q=0.6, en") && !same("de;q=0", "de"));
        assert!(!matches(&["a"], &[("a", "b;q=0.1, c")], &[("a", "c, b;q=0.1")]), "elsewhere q is a name as any");
        for junk in ["", "2", "1.1", "0.1234", "0,1", "-1", "a"] {
            assert_eq!(weight(junk), None, "{junk}");
        }
        assert_eq!(
            (weight("1"), weight("1.000"), weight("0."), weight("0.12")),
            (Some(1_000), Some(1_000), Some(0), Some(120))
        );
    }

    #[test]
    fn a_star_matches_nothing() {
        for vary in [&["*"][..], &["*, *"], &["*", "*"], &[", *"], &["", "*"], &["*, a"], &["a, *"]] {
            assert!(!matches(vary, &[("a", "1")], &[("a", "1")]), "{vary:?}");
        }
    }
}
