//! Who may have a stored response: the URI and the credential that are sent, apart from method and fields.

use crate::descriptor::{Credential, Descriptor, hmac_sha256};
use crate::digest::encode_hex;
use crate::message::{Fields, same_origin};
use crate::secret::Secrets;
use url::Url;

/// A URI and a credential, before the cache's salt has joined.
#[derive(Debug, Clone)]
pub struct Audience {
    /// The URI, redacted.
    pub uri: String,
    signed: bool,
    credential: Option<Credential>,
}

impl Descriptor {
    /// Who may have what comes from this address: the descriptor's own, or where a redirect led. What the user gave for one
    /// origin is sent to no other.
    #[must_use]
    pub fn audience(&self, url: &Url, secrets: &Secrets) -> Audience {
        let (uri, signed) = (secrets.identity_url(url), secrets.is_presigned(url));
        let credential = if same_origin(&self.url, url) {
            let mut typed = self.url.clone();
            let credentials = self.credentials.clone().or_else(|| super::address::take_userinfo(&mut typed));
            self.credential(url, credentials.as_ref(), secrets)
        } else {
            let stranger = Self { headers: Vec::new(), credentials: None, ..self.clone() };
            stranger.credential(url, None, secrets)
        };
        Audience { uri, signed, credential }
    }
}

impl Audience {
    /// The credential as it is stored: a name that was given for it, or a digest; empty where nothing was sent.
    #[must_use]
    pub fn credential(&self, salt: &[u8]) -> String {
        let credential = match &self.credential {
            None => String::new(),
            Some(Credential::Named(name)) => format!("id:{name}"),
            Some(Credential::Salted(material)) => {
                format!("hmac:{}", encode_hex(&hmac_sha256(salt, material.expose().as_bytes())))
            }
        };
        if self.signed { format!("{credential}+signed") } else { credential }
    }

    /// Whether the cache's salt is needed, for the credential or for these fields as they are sent.
    #[must_use]
    pub fn needs_salt(&self, sent: &Fields, secrets: &Secrets) -> bool {
        matches!(self.credential, Some(Credential::Salted(_)))
            || sent.iter().any(|(name, _)| secrets.is_secret_header(name))
    }
}

/// Fields whose secret values are digests under the salt: they can be compared and stored.
#[must_use]
pub fn concealed(sent: &Fields, secrets: &Secrets, salt: &[u8]) -> Fields {
    let mut fields = Fields::new();
    for (name, value) in sent.iter() {
        if secrets.is_secret_header(name) {
            fields.push(name, format!("hmac:{}", encode_hex(&hmac_sha256(salt, value))));
        } else {
            fields.push(name, value);
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::descriptor::header::Header;

    #[test]
    fn credentials_tell_holders_apart_and_stay_at_home() {
        let secrets = Secrets::default();
        let of = |url: &str, header: &str, asked: &str| {
            let mut descriptor = Descriptor::new(url).unwrap();
            descriptor.headers.extend(Header::parse(header).ok());
            descriptor.audience(&Url::parse(asked).unwrap(), &secrets).credential(b"salt")
        };
        let plain = of("http://h/a", "", "http://h/a");
        assert_eq!(plain, "");
        assert_eq!(of("http://h/a", "X-A: 1", "http://h/a"), "", "not a secret");
        let mine = of("http://h/a", "Authorization: x", "http://h/a");
        assert!(mine.starts_with("hmac:") && mine != of("http://h/a", "Authorization: y", "http://h/a"));
        assert_eq!(of("http://h/a", "Authorization: x", "http://h/b"), mine, "of the origin, not of the path");
        assert_eq!(of("http://h/a", "Authorization: x", "http://other/a"), "");
        assert!(of("http://u:p@h/a", "", "http://h/a").starts_with("hmac:"));
        assert!(of("http://h/a", "", "http://other/a?token=t").starts_with("hmac:"));
        assert_eq!(of("http://h/a", "", "http://h/a?X-Amz-Signature=s"), "+signed");
    }

    #[test]
    fn secret_values_are_only_compared() {
        let mut fields = Fields::new();
        fields.push("Cookie", "a=b");
        fields.push("Accept", "c");
        let kept = concealed(&fields, &Secrets::default(), b"salt");
        assert!(kept.text("cookie").unwrap().starts_with("hmac:") && kept.text("accept").as_deref() == Some("c"));
    }
}
