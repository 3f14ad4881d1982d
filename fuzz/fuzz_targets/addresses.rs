//! URLs and keys: what is parsed means the same when it is parsed again, and what is shown holds no secret.
#![no_main]

use dl::descriptor::Descriptor;
use dl::descriptor::address::{identity_uri, parse_url};
use dl::secret::Secrets;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let secrets = Secrets::default();
    let identity = identity_uri(text, &secrets);
    let Ok(url) = parse_url(text) else { return };
    assert_eq!(parse_url(url.as_str()).expect("what was parsed is no URL"), url);
    assert!(!text.contains(|c: char| c.is_control()));
    let shown = secrets.redact_url(&url);
    for secret in secrets.secrets_of_url(&url).iter().filter(|s| s.len() > 12) {
        // A secret may be, letter by letter, what stands in the open elsewhere in the URL.
        let open = url.as_str().matches(secret.as_str()).count();
        assert!(open > 1 || (!shown.contains(secret) && !identity.contains(secret)), "{shown} {identity} {secret}");
    }
    let Ok(descriptor) = Descriptor::new(text) else { return };
    let key = |salt: &[u8]| descriptor.resolve(&secrets).map(|r| r.identity.key(salt).0);
    if let Ok(key_of_it) = key(b"salt") {
        assert_eq!(key_of_it.len(), 64);
        assert_eq!(key(b"salt").ok(), Some(key_of_it));
    }
});
