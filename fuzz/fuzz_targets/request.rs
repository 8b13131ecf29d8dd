//! What people type and write into pins, and values of GOPROXY.
#![no_main]

use gover_core::request::RequestKind;
use gover_core::{GoVersion, Request};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    gover_source::properties::proxy_list(bytes);
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(request) = Request::parse_pin(text) {
        assert!(!matches!(request.kind(), RequestKind::Path(_)), "a pin chose a program");
        assert!(!request.as_str().contains(['/', '\\']) && !request.as_str().contains(".."));
        let again = Request::parse_pin(request.as_str()).expect("a request can be written down");
        assert_eq!(again.kind(), request.kind());
        assert_eq!(
            Request::parse(text).map(|request| request.kind().clone()).ok().as_ref(),
            Some(request.kind())
        );
    }
    if let Ok(version) = text.parse::<GoVersion>() {
        let again: GoVersion = version.to_string().parse().expect("a version can be written down");
        assert_eq!(again.cmp(&version), std::cmp::Ordering::Equal);
    }
});
