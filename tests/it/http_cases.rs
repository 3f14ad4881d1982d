//! What a private cache of HTTP does, case by case, through the rules alone and through the binary. The cases are those of
//! the public suite of the HTTP working group's editors (http-tests/cache-tests) that concern a private client cache, under
//! its names, and some more.

use crate::support::origin::Origin;
use crate::support::reply::Reply;
use crate::support::sandbox::Sandbox;
use dl::cache::freshness::reuse::{Action, Standing, decide};
use dl::cache::freshness::vary::Selecting;
use dl::cache::freshness::{Asked, Content, Stored, storing};
use dl::clock::Timestamp;
use dl::message::Fields;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use url::Url;

/// A line: name | fields of the first request | status and fields of its response | seconds until the second | its fields | what
/// then happens. Fields are separated by ` & `; `{N}` is the date N seconds from now. What happens: `use`, `stale` (used all
/// the same), `check` (asked with conditions), `ask` (asked without), `504`.
const CASES: &str = r#"
freshness-none | | 200 | | | ask
freshness-max-age | | 200 Cache-Control: max-age=3600 | | | use
freshness-max-age-stale | | 200 Cache-Control: max-age=2 | 3 | | ask
freshness-max-age-0 | | 200 Cache-Control: max-age=0 | | | ask
freshness-max-age-max-minus-1 | | 200 Cache-Control: max-age=2147483647 | | | use
freshness-max-age-max | | 200 Cache-Control: max-age=2147483648 | | | use
freshness-max-age-max-plus-1 | | 200 Cache-Control: max-age=2147483649 | | | use
freshness-max-age-max-plus | | 200 Cache-Control: max-age=99999999999 | | | use
freshness-max-age-age | | 200 Date: {0} & Cache-Control: max-age=3600 & Age: 7200 | | | ask
freshness-max-age-date | | 200 Date: {-7200} & Cache-Control: max-age=3600 | | | ask
freshness-max-age-expires | | 200 Cache-Control: max-age=3600 & Expires: {-7200} & Date: {0} | | | use
freshness-max-age-expires-invalid | | 200 Cache-Control: max-age=3600 & Expires: 0 & Date: {0} | | | use
freshness-max-age-0-expires | | 200 Expires: {3600} & Cache-Control: max-age=0 & Date: {0} | | | ask
freshness-max-age-extension | | 200 Cache-Control: foobar, max-age=3600 | | | use
freshness-max-age-case-insenstive | | 200 Cache-Control: MaX-aGe=3600 | | | use
freshness-max-age-negative | | 200 Cache-Control: max-age=-3600 | | | ask
freshness-max-age-s-maxage-private | | 200 Cache-Control: s-maxage=3600, max-age=1 | 2 | | ask
freshness-max-age-s-maxage-private-multiple | | 200 Cache-Control: s-maxage=3600 & Cache-Control: max-age=1 | 2 | | ask
freshness-s-maxage-private | | 200 Cache-Control: s-maxage=3600 | | | ask
freshness-max-age-two-fresh-stale-sameline | | 200 Cache-Control: max-age=1800, max-age=1 | 2 | | ask
freshness-max-age-two-stale-fresh-sepline | | 200 Cache-Control: max-age=1 & Cache-Control: max-age=1800 | | | ask
freshness-max-age-quoted | | 200 Cache-Control: max-age="3600" | | | use
freshness-max-age-ignore-quoted | | 200 Cache-Control: extension="max-age=3600", max-age=1 | 2 | | ask
freshness-max-age-ignore-quoted-rev | | 200 Cache-Control: max-age=1, extension="max-age=3600" | 2 | | ask
freshness-max-age-space-before-equals | | 200 Cache-Control: max-age =3600 | | | ask
freshness-max-age-space-after-equals | | 200 Cache-Control: max-age= 3600 | | | ask
freshness-max-age-leading-zero | | 200 Cache-Control: max-age=003600 | | | use
freshness-max-age-single-quoted | | 200 Cache-Control: max-age='3600' | | | ask
freshness-max-age-decimal-zero | | 200 Cache-Control: max-age=3600.0 | | | ask
freshness-max-age-a100 | | 200 Cache-Control: max-age=a3600 | | | ask
freshness-max-age-100a | | 200 Cache-Control: max-age=3600a | | | ask
age-parse-nonnumeric | | 200 Date: {0} & Cache-Control: max-age=3600 & Age: abc | | | use
age-parse-negative | | 200 Date: {0} & Cache-Control: max-age=3600 & Age: -7200 | | | use
age-parse-float | | 200 Date: {0} & Cache-Control: max-age=3600 & Age: 7200.0 | | | use
age-parse-large-minus-one | | 200 Date: {0} & Cache-Control: max-age=3600 & Age: 2147483647 | | | ask
age-parse-large | | 200 Date: {0} & Cache-Control: max-age=3600 & Age: 2147483648 | | | ask
age-parse-larger | | 200 Date: {0} & Cache-Control: max-age=3600 & Age: 2147483649 | | | ask
age-parse-huge | | 200 Cache-Control: max-age=99999999999999999999 & Age: 99999999999999999999 | | | ask
age-parse-suffix | | 200 Date: {0} & Cache-Control: max-age=3600 & Age: 7200, 0 | | | ask
age-parse-prefix | | 200 Date: {0} & Cache-Control: max-age=3600 & Age: 0, 7200 | | | use
age-parse-suffix-twoline | | 200 Date: {0} & Cache-Control: max-age=3600 & Age: 7200 & Age: 0 | | | ask
age-parse-prefix-twoline | | 200 Date: {0} & Cache-Control: max-age=3600 & Age: 0 & Age: 7200 | | | use
age-parse-dup-0 | | 200 Date: {0} & Cache-Control: max-age=3600 & Age: 0, 0 | | | use
age-parse-dup-old | | 200 Date: {0} & Cache-Control: max-age=10000 & Age: 3600 & Age: 3600 | | | use
freshness-expires-future | | 200 Expires: {2592000} & Date: {0} | | | use
freshness-expires-past | | 200 Expires: {-2592000} & Date: {0} | | | ask
freshness-expires-present | | 200 Expires: {0} & Date: {0} | | | ask
freshness-expires-old-date | | 200 Expires: {300} & Date: {400} | | | ask
freshness-expires-invalid | | 200 Expires: 0 & Date: {0} | | | ask
freshness-expires-invalid-date | | 200 Date: foo & Expires: {10} | | | use
freshness-expires-age-slow-date | | 200 Date: {-10} & Expires: {10} & Age: 25 | | | ask
freshness-expires-age-fast-date | | 200 Date: {10} & Expires: {20} & Age: 15 | | | ask
freshness-expires-32bit | | 200 Expires: Tue, 19 Jan 2038 14:14:08 GMT & Date: {0} | | | use
freshness-expires-far-future | | 200 Expires: Sun, 21 Nov 2286 04:46:39 GMT & Date: {0} | | | use
freshness-expires-end-of-time | | 200 Expires: Fri, 31 Dec 9999 23:59:59 GMT & Date: {0} | | | use
freshness-expires-rfc850 | | 200 Expires: Thursday, 18-Aug-50 02:01:18 GMT & Date: {0} | | | use
freshness-expires-ansi-c | | 200 Expires: Thu Aug  8 02:01:18 2050 & Date: {0} | | | use
freshness-expires-wrong-case-weekday | | 200 Expires: THU, 18 Aug 2050 02:01:18 GMT & Date: {0} | | | use
freshness-expires-wrong-case-month | | 200 Expires: Thu, 18 AUG 2050 02:01:18 GMT & Date: {0} | | | use
freshness-expires-wrong-case-tz | | 200 Expires: Thu, 18 Aug 2050 02:01:18 gMT & Date: {0} | | | use
freshness-expires-invalid-utc | | 200 Expires: Thu, 18 Aug 2050 02:01:18 UTC & Date: {0} | | | ask
freshness-expires-invalid-aest | | 200 Expires: Thu, 18 Aug 2050 02:01:18 AEST & Date: {0} | | | ask
freshness-expires-invalid-2-digit-year | | 200 Expires: Thu, 18 Aug 50 02:01:18 GMT & Date: {0} | | | ask
freshness-expires-invalid-no-comma | | 200 Expires: Thu 18 Aug 2050 02:01:18 GMT & Date: {0} | | | ask
freshness-expires-invalid-multiple-spaces | | 200 Expires: Thu, 18  Aug  2050 02:01:18 GMT & Date: {0} | | | ask
freshness-expires-invalid-date-dashes | | 200 Expires: Thu, 18-Aug-2050 02:01:18 GMT & Date: {0} | | | ask
freshness-expires-invalid-time-periods | | 200 Expires: Thu, 18 Aug 2050 02.01.18 GMT & Date: {0} | | | ask
freshness-expires-invalid-1-digit-hour | | 200 Expires: Thu, 18 Aug 2050 2:01:18 GMT & Date: {0} | | | ask
freshness-expires-invalid-multiple-lines | | 200 Expires: Thu, 18 Aug 2050 02:01:18 GMT & Expires: Thu, 18 Aug 2050 02:01:19 GMT & Date: {0} | | | ask
cc-resp-private-private | | 200 Cache-Control: private, max-age=3600 | | | use
cc-resp-no-store | | 200 Cache-Control: no-store | | | ask
cc-resp-no-store-case-insensitive | | 200 Cache-Control: No-StOrE & ETag: "abcd" | | | ask
cc-resp-no-store-fresh | | 200 Cache-Control: max-age=10000, no-store & Expires: {10000} & Date: {0} | | | ask
cc-resp-no-cache | | 200 Cache-Control: max-age=10000, no-cache & Expires: {10000} & Date: {0} | | | ask
cc-resp-no-cache-case-insensitive | | 200 Cache-Control: max-age=10000, No-CaChE | | | ask
cc-resp-no-cache-revalidate | | 200 Cache-Control: no-cache & ETag: "abcd" | | | check
cc-resp-no-cache-revalidate-fresh | | 200 Cache-Control: max-age=10000, no-cache & ETag: "abcd" | | | check
headers-omit-headers-listed-in-Cache-Control-no-cache | | 200 Cache-Control: no-cache="a, b" & Cache-Control: max-age=3600 & a: 1 | | | use
cc-resp-must-revalidate-fresh | | 200 Cache-Control: max-age=10000, must-revalidate & ETag: "abcd" | | | use
cc-resp-must-revalidate-stale | | 200 Cache-Control: max-age=2, must-revalidate & ETag: "abcd" | 3 | | check
cc-resp-must-revalidate-max-stale | | 200 Cache-Control: max-age=0, must-revalidate & ETag: "abcd" | | Cache-Control: max-stale | check
stale-while-revalidate | | 200 Cache-Control: max-age=1, stale-while-revalidate=3600 & ETag: "abc" & Age: 5 | | | stale
stale-while-revalidate-window | | 200 Cache-Control: max-age=1, stale-while-revalidate=4 & ETag: "abc" & Age: 9 | | | check
stale-while-revalidate-must-revalidate | | 200 Cache-Control: max-age=1, stale-while-revalidate=60, must-revalidate & ETag: "abc" & Age: 9 | | | check
stale-while-revalidate-max-age | | 200 Cache-Control: max-age=1, stale-while-revalidate=60 & ETag: "abc" & Age: 9 | | Cache-Control: max-age=2 | check
heuristic-200-cached | | 200 Last-Modified: {-86400} & Date: {0} | | | use
heuristic-201-not_cached | | 201 Last-Modified: {-86400} & Date: {0} | | | ask
heuristic-202-not_cached | | 202 Last-Modified: {-86400} & Date: {0} | | | ask
heuristic-203-cached | | 203 Last-Modified: {-86400} & Date: {0} | | | use
heuristic-204-cached | | 204 Last-Modified: {-86400} & Date: {0} | | | use
heuristic-403-not_cached | | 403 Last-Modified: {-86400} & Date: {0} | | | ask
heuristic-404-cached | | 404 Last-Modified: {-86400} & Date: {0} | | | use
heuristic-405-cached | | 405 Last-Modified: {-86400} & Date: {0} | | | use
heuristic-410-cached | | 410 Last-Modified: {-86400} & Date: {0} | | | use
heuristic-414-cached | | 414 Last-Modified: {-86400} & Date: {0} | | | use
heuristic-501-cached | | 501 Last-Modified: {-86400} & Date: {0} | | | use
heuristic-502-not_cached | | 502 Last-Modified: {-86400} & Date: {0} | | | ask
heuristic-503-not_cached | | 503 Last-Modified: {-86400} & Date: {0} | | | ask
heuristic-504-not_cached | | 504 Last-Modified: {-86400} & Date: {0} | | | ask
heuristic-599-not_cached | | 599 Last-Modified: {-86400} & Date: {0} | | | ask
heuristic-599-cached | | 599 Last-Modified: {-86400} & Date: {0} & Cache-Control: public | | | use
heuristic-delta-600 | | 200 Last-Modified: {-600} & Date: {0} | | | use
heuristic-delta-600-over | | 200 Last-Modified: {-600} & Date: {0} & Age: 61 | | | check
status-200-fresh | | 200 Cache-Control: max-age=100000 & Date: {0} | | | use
status-200-stale | | 200 Expires: {-5000} & Last-Modified: {-100000} & Date: {0} | | | check
status-203-fresh | | 203 Cache-Control: max-age=100000 | | | use
status-204-fresh | | 204 Cache-Control: max-age=100000 | | | use
status-299-fresh | | 299 Cache-Control: max-age=100000 | | | use
status-400-fresh | | 400 Cache-Control: max-age=100000 | | | use
status-404-fresh | | 404 Cache-Control: max-age=100000 | | | use
status-404-stale | | 404 Expires: {-5000} & Last-Modified: {-100000} & Date: {0} | | | check
status-410-fresh | | 410 Cache-Control: max-age=100000 | | | use
status-499-fresh | | 499 Cache-Control: max-age=100000 | | | use
status-500-fresh | | 500 Cache-Control: max-age=100000 | | | use
status-502-fresh | | 502 Cache-Control: max-age=100000 | | | use
status-503-fresh | | 503 Cache-Control: max-age=100000 | | | use
status-504-fresh | | 504 Cache-Control: max-age=100000 | | | use
status-599-fresh | | 599 Cache-Control: max-age=100000 | | | use
status-599-must-understand | | 599 Cache-Control: max-age=3600, no-store, must-understand | | | ask
status-200-must-understand | | 200 Cache-Control: max-age=3600, no-store, must-understand | | | use
ccreq-ma0 | | 200 Cache-Control: max-age=100000 & Date: {0} | | Cache-Control: max-age=0 | ask
ccreq-ma1 | | 200 Cache-Control: max-age=100000 & Date: {0} | 2 | Cache-Control: max-age=1 | ask
ccreq-magreaterage | | 200 Cache-Control: max-age=100000 & Age: 1800 | | Cache-Control: max-age=600 | ask
ccreq-ma-within | | 200 Cache-Control: max-age=100000 & Age: 1800 | | Cache-Control: max-age=2600 | use
ccreq-ma-max-stale | | 200 Cache-Control: max-age=100000 & Age: 1800 | | Cache-Control: max-age=600, max-stale=2000 | stale
ccreq-max-stale | | 200 Cache-Control: max-age=2 | 3 | Cache-Control: max-stale=1000 | stale
ccreq-max-stale-age | | 200 Cache-Control: max-age=1500 & Age: 2000 | | Cache-Control: max-stale=1000 | stale
ccreq-max-stale-any | | 200 Cache-Control: max-age=1500 & Age: 200000 | | Cache-Control: max-stale | stale
ccreq-max-stale-less | | 200 Cache-Control: max-age=1500 & Age: 2000 | | Cache-Control: max-stale=100 | ask
ccreq-min-fresh | | 200 Cache-Control: max-age=1500 | | Cache-Control: min-fresh=2000 | ask
ccreq-min-fresh-age | | 200 Cache-Control: max-age=1500 & Age: 1000 | | Cache-Control: min-fresh=1000 | ask
ccreq-min-fresh-enough | | 200 Cache-Control: max-age=1500 & Age: 400 | | Cache-Control: min-fresh=1000 | use
ccreq-no-cache | | 200 Cache-Control: max-age=3600 | | Cache-Control: no-cache | ask
ccreq-no-cache-lm | | 200 Cache-Control: max-age=3600 & Last-Modified: {-10000} & Date: {0} | | Cache-Control: no-cache | check
ccreq-no-cache-etag | | 200 Cache-Control: max-age=3600 & ETag: "a" | | Cache-Control: no-cache | check
ccreq-no-store | Cache-Control: no-store | 200 Cache-Control: max-age=100000 | | | ask
ccreq-oic | | 200 Cache-Control: max-age=0 | | Cache-Control: only-if-cached | 504
ccreq-oic-fresh | | 200 Cache-Control: max-age=60 | | Cache-Control: only-if-cached | use
pragma-request-no-cache | | 200 Cache-Control: max-age=100000 | | Pragma: no-cache | ask
pragma-request-no-cache-beside | | 200 Cache-Control: max-age=100000 | | Pragma: no-cache & Cache-Control: max-age=60 | use
pragma-request-extension | | 200 Cache-Control: max-age=100000 | | Pragma: unrecognised-extension | use
pragma-response-no-cache | | 200 Cache-Control: max-age=3600 & Pragma: no-cache | | | use
pragma-response-no-cache-heuristic | | 200 Date: {0} & Last-Modified: {-10000} & Pragma: no-cache | | | use
vary-match | Foo: 1 | 200 Cache-Control: max-age=5000 & Vary: Foo | | Foo: 1 | use
vary-no-match | Foo: 1 | 200 Cache-Control: max-age=5000 & Vary: Foo | | Foo: 2 | ask
vary-omit-stored | | 200 Cache-Control: max-age=5000 & Vary: Foo | | Foo: 1 | ask
vary-omit | Foo: 1 | 200 Cache-Control: max-age=5000 & Vary: Foo | | | ask
vary-cache-key | Foo: 1 & Other: 2 | 200 Cache-Control: max-age=5000 & Vary: Foo | | Foo: 1 & Other: 3 | use
vary-2-match | Foo: 1 & Bar: abc | 200 Cache-Control: max-age=5000 & Vary: Foo, Bar | | Foo: 1 & Bar: abc | use
vary-2-no-match | Foo: 1 & Bar: abc | 200 Cache-Control: max-age=5000 & Vary: Foo, Bar | | Foo: 2 & Bar: abc | ask
vary-2-match-omit | Foo: 1 & Bar: abc | 200 Cache-Control: max-age=5000 & Vary: Foo, Bar | | | ask
vary-3-match | Foo: 1 & Bar: abc & Baz: 789 | 200 Cache-Control: max-age=5000 & Vary: Foo, Bar & Vary: Baz | | Foo: 1 & Bar: abc & Baz: 789 | use
vary-3-no-match | Foo: 1 & Bar: abc & Baz: 789 | 200 Cache-Control: max-age=5000 & Vary: Foo, Bar & Vary: Baz | | Foo: 1 & Bar: abc & Baz: 788 | ask
vary-3-order | Foo: 1 & Bar: abc & Baz: 789 | 200 Cache-Control: max-age=5000 & Vary: Foo, Bar, Baz | | Foo: 1 & Baz: 789 & Bar: abcde | ask
vary-3-omit | Foo: 1 & Baz: 789 | 200 Cache-Control: max-age=5000 & Vary: Foo, Bar, Baz | | Foo: 1 & Baz: 789 | use
vary-star | Foo: 1 | 200 Cache-Control: max-age=5000 & Vary: * | | Foo: 1 | ask
vary-normalise-combine | Foo: 1, 2 | 200 Cache-Control: max-age=5000 & Vary: Foo | | Foo: 1 & Foo: 2 | use
vary-normalise-lang-case | Accept-Language: en, de | 200 Cache-Control: max-age=5000 & Vary: Accept-Language | | Accept-Language: eN, De | use
vary-normalise-lang-space | Accept-Language: en, de | 200 Cache-Control: max-age=5000 & Vary: Accept-Language | | Accept-Language: en ,   de | use
vary-normalise-weights | Accept: text/html, text/plain;q=0.5 | 200 Cache-Control: max-age=5000 & Vary: Accept | | Accept: text/plain;q=0.50, text/html;q=1.0 | use
vary-normalise-lang-order | Accept-Language: en, de | 200 Cache-Control: max-age=5000 & Vary: Accept-Language | | Accept-Language: de, en | ask
vary-normalise-space | Foo: 1,2 | 200 Cache-Control: max-age=5000 & Vary: Foo | | Foo: 1, 2 | use
vary-syntax-star-star | Foo: 1 | 200 Cache-Control: max-age=5000 & Vary: *, * | | Foo: 1 | ask
vary-syntax-star-star-lines | Foo: 1 | 200 Cache-Control: max-age=5000 & Vary: * & Vary: * | | Foo: 1 | ask
vary-syntax-empty-star | Foo: 1 | 200 Cache-Control: max-age=5000 & Vary: , * | | Foo: 1 | ask
vary-syntax-foo-star | Foo: 1 | 200 Cache-Control: max-age=5000 & Vary: Foo, * | | Foo: 1 | ask
vary-star-etag | Foo: 1 | 200 Cache-Control: max-age=5000 & Vary: * & ETag: "a" | | Foo: 1 | check
conditional-etag-vary-headers | Abc: 123 | 200 Expires: {1} & ETag: "abcdef" & Date: {0} & Vary: Abc & Age: 5 | | Abc: 123 | check
conditional-etag-vary-headers-mismatch | Abc: 123 | 200 Expires: {10000} & ETag: "abcdef" & Date: {0} & Vary: Abc | | Abc: 456 | check
conditional-etag-strong-generate | | 200 Cache-Control: max-age=2 & ETag: "abcdef" & Age: 5 | | | check
conditional-etag-weak-generate-weak | | 200 Cache-Control: max-age=2 & ETag: W/"abcdef" & Age: 5 | | | check
conditional-etag-strong-generate-unquoted | | 200 Cache-Control: max-age=2 & ETag: abcdef & Age: 5 | | | check
conditional-lm-stale | | 200 Cache-Control: max-age=2 & Last-Modified: {-3000} & Date: {0} & Age: 5 | | | check
if-match-is-the-origins | | 200 Cache-Control: max-age=60 & ETag: "a" | | If-Match: "a" | ask
if-unmodified-since-is-the-origins | | 200 Cache-Control: max-age=60 & ETag: "a" | | If-Unmodified-Since: {0} | ask
authorization-of-its-own | Authorization: FOO | 200 Cache-Control: max-age=100000 | | Authorization: FOO | use
other-set-cookie | | 200 Cache-Control: max-age=100000 & Set-Cookie: a=b | | | use
other-fresh-content-disposition-attachment | | 200 Cache-Control: max-age=100000 & Content-Disposition: attachment; filename=example.txt | | | use
"#;

/// One line of the table.
struct Case {
    name: &'static str,
    first: Vec<(&'static str, &'static str)>,
    status: u16,
    response: Vec<(&'static str, &'static str)>,
    after: i64,
    second: Vec<(&'static str, &'static str)>,
    then: &'static str,
}

fn cases() -> Vec<Case> {
    CASES.lines().filter(|l| !l.is_empty()).map(case).collect()
}

fn case(line: &'static str) -> Case {
    let columns: Vec<&str> = line.split('|').map(str::trim).collect();
    let [name, first, response, after, second, then] = columns[..] else { panic!("not six columns: {line}") };
    let (status, response) = response.split_at(3);
    Case {
        name,
        first: fields(first),
        status: status.parse().unwrap(),
        response: fields(response.trim()),
        after: if after.is_empty() { 0 } else { after.parse().unwrap() },
        second: fields(second),
        then,
    }
}

fn fields(text: &'static str) -> Vec<(&'static str, &'static str)> {
    text.split(" & ").filter(|f| !f.is_empty()).map(|f| f.split_once(": ").unwrap_or_else(|| panic!("{f}"))).collect()
}

/// `{N}` is a date.
fn value(text: &str, now: Timestamp) -> String {
    match text.strip_prefix('{').and_then(|t| t.strip_suffix('}')) {
        Some(seconds) => Timestamp::from_seconds(now.seconds() + seconds.parse::<i64>().unwrap()).to_http_date(),
        None => text.to_owned(),
    }
}

fn of(lines: &[(&str, &str)], now: Timestamp) -> Fields {
    lines.iter().map(|(name, text)| (name, value(text, now))).collect()
}

/// What the rules alone say.
fn by_rules(case: &Case) -> &'static str {
    let now = Timestamp::from_seconds(1_795_219_200);
    let first = Asked::get(of(&case.first, now));
    let response = of(&case.response, now);
    let target = Url::parse("http://h/a").unwrap();
    let stored = Stored {
        status: case.status,
        fields: storing::kept_fields(&response),
        selecting: Selecting::of(&first.fields, &response),
        requested_at: now,
        received_at: now,
        content: Content::Whole(5),
        ..Stored::example()
    };
    let all = match storing::may_store(&first, &target, case.status, &response) {
        Ok(_) => vec![stored],
        Err(_) => Vec::new(),
    };
    let second = Asked::get(of(&case.second, now));
    match decide(&all, &second, Timestamp::from_seconds(now.seconds() + case.after)).action {
        Action::Use(_, Standing::Fresh) => "use",
        Action::Use(_, Standing::Stale | Standing::Renewed) => "stale",
        Action::Ask(question) if question.conditions.is_some() => "check",
        Action::Ask(_) => "ask",
        Action::Unavailable => "504",
    }
}

#[test]
fn through_the_rules() {
    let wrong: Vec<String> = cases()
        .iter()
        .filter(|case| by_rules(case) != case.then)
        .map(|case| format!("{}: {}, not {}", case.name, by_rules(case), case.then))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(cases().len() > 150);
}

#[test]
fn through_the_binary() {
    let table: HashMap<String, Case> = cases().into_iter().map(|c| (format!("/{}", c.name), c)).collect();
    let asked: Arc<Mutex<HashMap<String, Vec<bool>>>> = Arc::default();
    let noted = Arc::clone(&asked);
    let origin = Origin::new(move |request, conn| {
        let case = &table[&request.target];
        let is_conditional = request.header("if-none-match").is_some() || request.header("if-modified-since").is_some();
        let mut noted = noted.lock().unwrap();
        let asked = noted.entry(request.target.clone()).or_default();
        asked.push(is_conditional);
        let is_first = asked.len() == 1;
        drop(noted);
        let now = Timestamp::now();
        let status = if is_first {
            case.status
        } else if is_conditional {
            304
        } else {
            200
        };
        let reply = Reply::new(status).body(if matches!(status, 204 | 304) { "" } else { "first" });
        let all = case.response.iter().filter(|(name, _)| is_first || matches!(*name, "ETag" | "Last-Modified"));
        // A 304 names the state that was asked about, whatever the time is by now.
        let since = request.header("if-modified-since").filter(|_| !is_first);
        let told = |name: &str, text| match since {
            Some(since) if name == "Last-Modified" => since.to_owned(),
            _ => value(text, now),
        };
        conn.reply(&all.fold(reply, |reply, (name, text)| reply.field(name, told(name, text))));
    });
    let sandbox = Sandbox::new();
    let mut wrong = Vec::new();
    let own = cases();
    let feasible: Vec<&Case> = own
        .iter()
        .filter(|c| {
            c.after == 0 && !c.first.iter().chain(&c.second).any(|(n, _)| *n == "Foo" && c.name.ends_with("combine"))
        })
        .collect();
    for case in &feasible {
        let url = origin.url(&format!("/{}", case.name));
        let run = |lines: &[(&str, &str)]| {
            let mut words = vec![
                "fetch".to_owned(),
                "--freshness=http".to_owned(),
                "--allow-status=any".to_owned(),
                "--json".to_owned(),
            ];
            for (name, text) in lines {
                words.push("-H".to_owned());
                words.push(format!("{name}: {}", value(text, Timestamp::now())));
            }
            words.push(url.clone());
            sandbox.dl(words).env("DL_RETRY", "0").run()
        };
        let first = run(&case.first);
        let second = run(&case.second);
        let asked = asked.lock().unwrap()[&format!("/{}", case.name)].clone();
        let then = match (second.code, asked.as_slice()) {
            (3, [_]) if second.field("http_code") == 504 => "504",
            (0, [_]) if second.field("source") == "stale" => "stale",
            (0, [_]) => "use",
            // What is stale and renewed in the background is asked about by another process.
            (0, [_, true]) if second.field("source") == "stale" => "stale",
            (0, [_, true]) => "check",
            (0, [_, false]) => "ask",
            _ => "something else",
        };
        if then != case.then {
            wrong.push(format!(
                "{}: {then}, not {} {asked:?}\n{}\n{}",
                case.name,
                case.then,
                first.tell(),
                second.tell()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(feasible.len() > 130, "{}", feasible.len());
}
