//! AWS Signature Version 4, as a pure function of a request and a moment.
//!
//! The steps and their names are those of the "Signature Version 4 signing process" in AWS's reference.

use crate::clock::Timestamp;
use crate::digest::{Digest, encode_hex};
use crate::secret::Secret;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// Who asks.
#[derive(Debug, Clone)]
pub(super) struct Credentials {
    pub(super) access_key: String,
    pub(super) secret_key: Secret,
    pub(super) session_token: Option<Secret>,
}

/// What a signature is good for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) region: &'a str,
    pub(super) service: &'a str,
}

/// A request as it is sent: path and query encoded, header names in lower case, all headers that are to be signed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts<'a> {
    pub(super) method: &'a str,
    pub(super) path: &'a str,
    pub(super) query: &'a str,
    pub(super) headers: &'a [(String, String)],
    /// The SHA-256 of the body in hex.
    pub(super) payload: &'a str,
}

/// A moment as `x-amz-date` has it.
pub(super) fn date(now: Timestamp) -> String {
    // 2013-05-24T00:00:00Z without what separates.
    let text = Timestamp::from_seconds(now.seconds()).to_string();
    text.chars().filter(|c| !matches!(c, '-' | ':')).collect()
}

/// The value of the `authorization` field; `date` is that of the request's `x-amz-date`.
pub(super) fn authorization(credentials: &Credentials, scope: Scope<'_>, date: &str, parts: Parts<'_>) -> String {
    let mut headers: Vec<_> = parts.headers.iter().collect();
    headers.sort();
    let signed = headers.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(";");
    let canonical: String = headers.iter().flat_map(|(name, value)| [name, ":", value.trim(), "\n"]).collect();
    let mut query: Vec<&str> = parts.query.split('&').collect();
    query.sort_by_key(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let request = [parts.method, parts.path, &query.join("&"), &canonical, &signed, parts.payload].join("\n");
    let day = &date[..date.len().min(8)];
    let within = format!("{day}/{}/{}/aws4_request", scope.region, scope.service);
    let text = format!("AWS4-HMAC-SHA256\n{date}\n{within}\n{}", Digest::sha256(request.as_bytes()).hex());
    let key = format!("AWS4{}", credentials.secret_key.expose());
    let key = [day, scope.region, scope.service, "aws4_request"]
        .iter()
        .fold(key.into_bytes(), |key, part| hmac(&key, part.as_bytes()));
    let signature = encode_hex(&hmac(&key, text.as_bytes()));
    let user = &credentials.access_key;
    format!("AWS4-HMAC-SHA256 Credential={user}/{within}, SignedHeaders={signed}, Signature={signature}")
}

fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    // HMAC takes keys of any length.
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn signature(secret: &str, service: &str, date: &str, parts: Parts<'_>) -> String {
        let (access_key, secret_key) = ("AKID".to_owned(), Secret::new(secret));
        let credentials = Credentials { access_key, secret_key, session_token: None };
        let text = authorization(&credentials, Scope { region: "us-east-1", service }, date, parts);
        text.rsplit_once("Signature=").unwrap().1.to_owned()
    }

    fn fields(all: &[(&str, &str)]) -> Vec<(String, String)> {
        all.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect()
    }

    /// From AWS's own test suite, and the example of its S3 reference.
    #[test]
    fn the_published_examples() {
        let headers = fields(&[("x-amz-date", "20150830T123600Z"), ("host", "example.amazonaws.com")]);
        let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
        let get = |query| {
            let parts = Parts { method: "GET", path: "/", query, headers: &headers, payload: EMPTY };
            signature(secret, "service", "20150830T123600Z", parts)
        };
        assert_eq!(get(""), "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31");
        let query = "Param2=value2&Param1=value1";
        assert_eq!(get(query), "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500");
        let headers = fields(&[
            ("host", "examplebucket.s3.amazonaws.com"),
            ("range", "bytes=0-9"),
            ("x-amz-content-sha256", EMPTY),
            ("x-amz-date", "20130524T000000Z"),
        ]);
        let parts = Parts { method: "GET", path: "/test.txt", query: "", headers: &headers, payload: EMPTY };
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let signed = signature(secret, "s3", "20130524T000000Z", parts);
        assert_eq!(signed, "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
    }

    #[test]
    fn a_moment_as_it_is_sent() {
        assert_eq!(date(Timestamp(1_369_353_600_999_999)), "20130524T000000Z");
    }
}
