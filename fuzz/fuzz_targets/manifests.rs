//! Manifests: what is read has one canonical form, which is read again as the same, with the same references.
#![no_main]

use dl::manifest::Manifest;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(manifest) = Manifest::read(bytes) else { return };
    let references = manifest.references().expect("a manifest that was read has bad references");
    // What cannot be stored as it was is refused, and then by its bytes too.
    let Ok(stored) = manifest.to_bytes() else { return };
    let again = Manifest::read(&stored).expect("what is stored is no manifest");
    assert_eq!(again.to_bytes().expect("what was stored cannot be stored"), stored);
    assert_eq!(again.references().expect("references are lost"), references);
    assert_eq!(again.class, manifest.class);
});
