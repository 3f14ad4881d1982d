//! Habits of curl, wget and aria2, answered with the `dl` spelling; and the nearest word to one that is unknown.

use dl::error::Error;

/// Options of other tools, and what to say to whoever types them.
const HABITS: &[(&[&str], &str)] = &[
    (&["-I", "--head", "--spider"], "the head alone: -X HEAD -D FILE; what is stored: dl fetch --json URL"),
    (
        &["-c", "-C", "--continue", "--continue-at"],
        "unfinished downloads are gone on with anyway (--resume auto|always|never)",
    ),
    (&["-N", "--timestamping", "-z", "--time-cond"], "--refresh asks the origin and downloads only what changed"),
    (
        &["--no-check-certificate", "--check-certificate"],
        "-k/--insecure, or --cacert FILE for a certificate of your own",
    ),
    (&["--ca-certificate"], "--cacert FILE"),
    (&["-s", "--split", "-x", "--max-connection-per-server"], "--connections N"),
    (
        &["--max-concurrent-downloads", "-Z", "--parallel", "--parallel-max"],
        "several URLs are fetched at once anyway (-j N)",
    ),
    (&["--param", "--params"], "--query K=V is sent in the URL; --key-param NAME=VALUE joins the key and is not sent"),
    (&["--params-json"], "--key-params JSON joins the key and is not sent"),
    (&["-J", "--remote-header-name", "--content-disposition"], "--remote-header-name"),
    (&["--output-document", "--out"], "-o PATH"),
    (&["--directory-prefix", "--output-dir"], "-P DIR"),
    (&["-w", "--write-out"], "--json tells everything; --meta FILE writes it to a file"),
    (&["-m", "--max-time"], "--timeout DUR"),
    (&["-t", "--tries", "--max-tries"], "--retry N"),
    (&["-T", "--upload-file"], "-T is wget's --timeout DUR; dl uploads nothing"),
    (&["--read-timeout"], "--stall-timeout DUR"),
    (&["-b", "--cookie", "--load-cookies"], "-H 'Cookie: NAME=VALUE'; there is no cookie jar"),
    (&["-r", "--range"], "--connections fetches parts of a file by itself; dl gives whole files"),
    (&["--post-data", "--data-raw", "--data-ascii"], "-d STR"),
    (&["--data-binary", "--post-file", "--body-file"], "-d @FILE, sent as it is"),
    (&["-G", "--get", "--url-query"], "--query K=V"),
    (&["-n"], "--netrc"),
    (&["--create-dirs"], "missing folders are made anyway"),
    (&["--no-clobber", "--skip-existing", "-nc"], "--if-exists keep"),
    (&["--clobber", "--allow-overwrite"], "--if-exists replace is what dl does anyway"),
    (&["--method"], "-X METHOD"),
    (&["--post301", "--post302", "--post303", "--location-trusted"], "credentials stay with their origin on redirects"),
    (
        &["--retry-all-errors", "--retry-connrefused"],
        "--retry N covers network errors, truncated bodies and 408 425 429 5xx",
    ),
    (&["--proto", "--proto-default", "--ssl-reqd"], "https is never redirected to http anyway"),
    (&["--tlsv1.2", "--tlsv1.3"], "--tls-min 1.2|1.3"),
    (&["--http1.0", "--http1.1", "--http2"], "--http-version 1.0|1.1|2"),
    (&["--speed-limit", "-Y", "--lowest-speed-limit"], "--min-rate RATE"),
    (&["--max-overall-download-limit", "--max-download-limit"], "--limit-rate RATE"),
    (&["--user-agent-string", "-U"], "-A NAME"),
    (&["-p"], "-P DIR saves into a folder; -x URL names a proxy"),
];

/// What to type in place of an option of another tool.
pub(crate) fn habit(option: &str) -> Option<&'static str> {
    let option = option.split('=').next().unwrap_or(option);
    HABITS.iter().find(|(names, _)| names.contains(&option)).map(|(_, hint)| *hint)
}

/// A spelling of another tool that would be read as something else: `-x16`, `-s5`.
pub(crate) fn misread(word: &str) -> Option<Error> {
    let digits = word.strip_prefix("-x").or_else(|| word.strip_prefix("-s"))?;
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit())).then(|| {
        let what = if word.starts_with("-x") { "-x names a proxy" } else { "-s is -q" };
        Error::usage(format!("unknown option `{word}`: {what}")).hint(format!("--connections {digits}"))
    })
}

/// Words that stand where a URL is expected, though they are none.
pub(crate) fn misplaced(word: &str, is_first: bool) -> Option<Error> {
    if word.starts_with(['{', '[']) {
        return Some(
            Error::usage("JSON stands where a URL is expected: --json is about the result")
                .hint("--data-json JSON sends it"),
        );
    }
    if word == "-" {
        return Some(
            Error::usage("`-` is no URL").hint("-o - writes to standard output, -i - reads URLs from standard input"),
        );
    }
    let looks_like_host = word.contains('.') && word.contains('/') && !word.starts_with(['.', '/']);
    if !is_first && !word.contains(':') && !looks_like_host {
        return Some(Error::usage(format!("`{word}` is no URL")).hint(format!("-o {word} saves to that file")));
    }
    None
}

/// The nearest of the words, if one is near enough to be what was meant.
pub(crate) fn nearest<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = word.chars().count().div_ceil(3).min(3);
    words
        .into_iter()
        .map(|known| (distance(word, known), known))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
}

/// How many letters are inserted, left out, replaced or swapped with their neighbour (optimal string alignment).
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows: Vec<Vec<usize>> = vec![(0..=b.len()).collect()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn habits_are_answered() {
        for option in ["-I", "-c", "-C", "-N", "--no-check-certificate", "--param", "--continue=true"] {
            assert!(habit(option).is_some(), "{option}");
        }
        assert_eq!(misread("-x16").unwrap().hint_text(), Some("--connections 16"));
        assert_eq!(misread("-s5").unwrap().hint_text(), Some("--connections 5"));
        assert!(misread("-xhttp://p").is_none() && misread("-s").is_none() && misread("-so").is_none());
    }

    #[test]
    fn misplaced_words() {
        let hint = |word, first| misplaced(word, first).and_then(|e| e.hint_text().map(str::to_owned));
        assert!(hint("{\"a\":1}", true).unwrap().contains("--data-json"));
        assert!(hint("out.bin", false).unwrap().contains("-o out.bin"));
        assert!(hint("-", true).unwrap().contains("-o -"));
        assert_eq!(hint("https://example.org/", false), None);
        assert_eq!(hint("example.org/x", false), None);
    }

    #[test]
    fn near_words() {
        assert_eq!(nearest("ftech", ["fetch", "cache", "man"]), Some("fetch"));
        assert_eq!(nearest("max_age", ["max-age", "min-size"]), Some("max-age"));
        assert_eq!(nearest("frobnicate", ["fetch", "cache"]), None);
    }
}
