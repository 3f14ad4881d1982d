//! What holds whatever comes: properties of the decision.

use crate::cache::freshness::reuse::{Action, Decision, Standing, decide, given_fields};
use crate::cache::freshness::vary::Selecting;
use crate::cache::freshness::{Asked, Content, Renewal, Stored};
use crate::clock::Timestamp;
use crate::message::Fields;
use proptest::prelude::*;
use std::time::Duration;

const T: i64 = 1_795_219_200;

fn fields(lines: &[(&str, &str)]) -> Fields {
    lines.iter().copied().collect()
}

fn stored(lines: &[(&str, &str)]) -> Stored {
    let at = Timestamp::from_seconds(T);
    Stored { fields: fields(lines), requested_at: at, received_at: at, ..Stored::example() }
}

fn after(all: &[Stored], asked: &Asked, seconds: i64) -> Decision {
    decide(all, asked, Timestamp::from_seconds(T + seconds))
}

#[test]
fn the_most_recent_of_several_is_used() {
    let at = |seconds: i64| Timestamp::from_seconds(T + seconds).to_http_date();
    let one = |date: &str| stored(&[("cache-control", "max-age=100"), ("date", date)]);
    let all = [one(&at(-5)), one(&at(-1)), one(&at(-9))];
    assert_eq!(after(&all, &Asked::get(Fields::new()), 0).action, Action::Use(1, Standing::Fresh));
}

#[test]
fn a_time_that_lies_ahead_proves_nothing() {
    let all = [stored(&[("cache-control", "max-age=100")])];
    assert!(matches!(after(&all, &Asked::get(Fields::new()), -1).action, Action::Ask(_)));
}

#[test]
fn invalidated_ones_are_validated_and_serve_nobody_stale() {
    let all = [Stored { invalidated: true, ..stored(&[("cache-control", "max-age=100"), ("etag", "\"a\"")]) }];
    for asked in [
        Asked::get(Fields::new()),
        Asked::get(fields(&[("cache-control", "max-stale")])),
        Asked { stale_if_error: true, ..Asked::get(Fields::new()) },
    ] {
        let Action::Ask(question) = after(&all, &asked, 1).action else { panic!("used") };
        assert!(question.conditions.is_some() && question.fallback.is_none());
    }
}

#[test]
fn who_may_answer_where_the_origin_does_not() {
    let fallback = |response: &str, request: &str, asked: Asked| {
        let all = [stored(&[("cache-control", response)])];
        let mut asked = asked;
        if !request.is_empty() {
            asked.fields.push("cache-control", request);
        }
        let Action::Ask(question) = after(&all, &asked, 50).action else { panic!("used") };
        question.fallback.map(|f| f.after_errors)
    };
    let plain = || Asked::get(Fields::new());
    let lenient = || Asked { stale_if_error: true, ..plain() };
    assert_eq!(fallback("max-age=1", "", plain()), Some(false));
    assert_eq!(fallback("max-age=1, stale-if-error=60", "", plain()), Some(true));
    assert_eq!(fallback("max-age=1, stale-if-error=40", "", plain()), Some(false));
    assert_eq!(fallback("max-age=1", "stale-if-error=60", plain()), Some(true));
    assert_eq!(fallback("max-age=1", "", lenient()), Some(true));
    for strict in ["max-age=1, must-revalidate", "no-cache", "max-age=1, must-revalidate, stale-if-error=60"] {
        assert_eq!(fallback(strict, "", lenient()), None, "{strict}");
    }
    assert_eq!(fallback("max-age=1", "no-cache", lenient()), None);
    assert_eq!(fallback("max-age=1", "", Asked { renewal: Renewal::Revalidate, ..plain() }), None);
    assert_eq!(fallback("max-age=1", "", Asked { renewal: Renewal::Revalidate, ..lenient() }), Some(true));
}

#[test]
fn what_is_given_back() {
    let one = stored(&[("cache-control", "max-age=100, no-cache=\"A\""), ("a", "1"), ("b", "2"), ("age", "5")]);
    let now = Timestamp::from_seconds(T + 7);
    let given = given_fields(&one, false, now);
    assert_eq!(
        (given.text("a"), given.text("b").as_deref(), given.text("age").as_deref()),
        (None, Some("2"), Some("12"))
    );
    assert!(given_fields(&one, true, now).contains("a"));
}

#[test]
fn coded_and_decoded_contents_do_not_stand_for_each_other() {
    let coded = |decoded| Stored { decoded, ..stored(&[("cache-control", "max-age=9"), ("content-encoding", "gzip")]) };
    for (has, wants) in [(true, false), (false, true)] {
        let asked = Asked { decodes: wants, ..Asked::get(Fields::new()) };
        assert!(matches!(after(&[coded(has)], &asked, 0).action, Action::Ask(_)));
        let asked = Asked { decodes: has, ..asked };
        assert!(matches!(after(&[coded(has)], &asked, 0).action, Action::Use(..)));
    }
}

fn control() -> impl Strategy<Value = String> {
    let directive = prop_oneof![
        "(max-age|s-maxage|stale-while-revalidate|stale-if-error|max-stale|min-fresh)=[0-9]{1,4}",
        "(no-cache|no-store|must-revalidate|public|private|immutable|only-if-cached|max-stale)",
        "no-cache=\"[a-z]{0,3}\"",
        "\\PC{0,8}",
    ];
    proptest::collection::vec(directive, 0..4).prop_map(|all| all.join(", "))
}

prop_compose! {
    fn any_stored()(
        control in control(),
        age in 0_u64..5_000,
        etag in proptest::option::of("(W/)?\"[a-c]\""),
        status in prop_oneof![Just(200_u16), Just(404), Just(206), Just(302)],
        invalidated in any::<bool>(),
        any in any::<bool>(),
        content in prop_oneof![
            Just(Content::Whole(10)), Just(Content::Head), Just(Content::Part { first: 2, last: 5, total: Some(10) })
        ],
    ) -> Stored {
        let mut one = stored(&[("cache-control", &control), ("age", &age.to_string())]);
        one.fields = one.fields.iter().map(|(n, v)| (n.to_owned(), v.to_vec())).chain(etag.map(|tag| ("etag".to_owned(), tag.into_bytes()))).collect();
        Stored { status, invalidated, content, selecting: Selecting { fields: Vec::new(), any }, ..one }
    }
}

prop_compose! {
    fn any_asked()(
        control in control(),
        range in proptest::option::of("bytes=[0-9]?-[0-9]?"),
        tags in proptest::option::of("\"[a-c]\"(, W/\"[a-c]\")?|\\*"),
        renewal in prop_oneof![Just(Renewal::Usual), Just(Renewal::Revalidate), Just(Renewal::Reload)],
        (only_if_cached, stale_if_error, follows) in any::<(bool, bool, bool)>(),
    ) -> Asked {
        let mut asked = Asked { follows, renewal, only_if_cached, stale_if_error, ..Asked::get(Fields::new()) };
        let lines = [("cache-control", Some(control)), ("range", range), ("if-none-match", tags)];
        asked.fields = lines.into_iter().filter_map(|(name, value)| Some((name, value?))).collect();
        asked
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn nothing_is_used_that_may_not_be(
        all in proptest::collection::vec(any_stored(), 0..4), asked in any_asked(), seconds in 0_i64..5_000
    ) {
        let decision = after(&all, &asked, seconds);
        prop_assert!(decision.why.contains("RFC "), "each decision names its rule: {}", decision.why);
        match decision.action {
            Action::Use(index, standing) => {
                let used = &all[index];
                prop_assert!(!used.invalidated && !used.selecting.any);
                prop_assert!(asked.renewal != Renewal::Reload);
                let told = String::from_utf8_lossy(used.fields.bytes("cache-control").unwrap()).to_lowercase();
                let words: Vec<&str> = told.split(", ").collect();
                prop_assert!(!words.contains(&"no-cache"));
                prop_assert!(standing == Standing::Fresh || !words.contains(&"must-revalidate"));
            }
            Action::Ask(question) => {
                prop_assert!(!asked.only_if_cached);
                prop_assert!(question.nominated.iter().all(|i| *i < all.len()));
                prop_assert!(question.conditions.is_some() || question.nominated.is_empty());
                prop_assert!(asked.renewal != Renewal::Reload || question.conditions.is_none());
            }
            Action::Unavailable => {}
        }
    }

    #[test]
    fn what_is_stale_stays_stale(one in any_stored(), seconds in 0_i64..5_000, more in 0_i64..5_000) {
        let asked = Asked::get(Fields::new());
        let is_fresh = |seconds| after(std::slice::from_ref(&one), &asked, seconds).action == Action::Use(0, Standing::Fresh);
        prop_assert!(is_fresh(seconds) || !is_fresh(seconds + more));
    }

    #[test]
    fn a_request_that_takes_less_gets_no_more(one in any_stored(), seconds in 0_i64..5_000, most in 0_u64..5_000) {
        let asked = Asked::get(Fields::new());
        let picky = Asked { max_age: Some(Duration::from_secs(most)), ..asked.clone() };
        let used = |asked: &Asked| matches!(after(std::slice::from_ref(&one), asked, seconds).action, Action::Use(..));
        prop_assert!(used(&asked) || !used(&picky));
    }
}
