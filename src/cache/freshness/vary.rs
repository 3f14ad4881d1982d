//! Which request fields chose a response (RFC 9111, 4.1; RFC 9110, 12.5.5), and whether those of another request would.

use crate::cache::freshness::directive::members;
use crate::message::Fields;

/// Fields whose values mean the same in any case.
const CASELESS: [&str; 4] = ["accept", "accept-charset", "accept-encoding", "accept-language"];

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
/// the case of names that have none.
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
    let all: Vec<String> = lines.iter().flat_map(|line| members(line)).map(member).collect();
    let value = all.join(",");
    Some(if CASELESS.contains(&name) { value.to_ascii_lowercase() } else { value })
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
    fn a_star_matches_nothing() {
        for vary in [&["*"][..], &["*, *"], &["*", "*"], &[", *"], &["", "*"], &["*, a"], &["a, *"]] {
            assert!(!matches(vary, &[("a", "1")], &[("a", "1")]), "{vary:?}");
        }
    }
}
