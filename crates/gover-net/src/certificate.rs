//! Certificates that are refused: the reason and the issuer.

use std::error::Error;
use std::io;
use std::sync::{Arc, Mutex};

use gover_core::sync::locked;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{self, CryptoProvider};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, SignatureScheme};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateProblem {
    Untrusted,
    /// It is expired or not valid yet, by this machine's clock.
    Time,
    Name,
    Other(String),
}

/// Why the certificate was refused, if that caused the error.
pub(super) fn problem(error: &reqwest::Error) -> Option<CertificateProblem> {
    let mut cause: &(dyn Error + 'static) = error;
    loop {
        if let Some(rustls::Error::InvalidCertificate(refused)) = rustls_error(cause) {
            return Some(classify(refused));
        }
        cause = cause.source()?;
    }
}

/// The rustls error itself, or the one inside an I/O error.
fn rustls_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a rustls::Error> {
    if let Some(found) = error.downcast_ref() {
        return Some(found);
    }
    rustls_error(error.downcast_ref::<io::Error>()?.get_ref()?)
}

fn classify(refused: &CertificateError) -> CertificateProblem {
    match refused {
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => CertificateProblem::Time,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            CertificateProblem::Name
        }
        CertificateError::UnknownIssuer => CertificateProblem::Untrusted,
        // A self-signed certificate that is not trusted.
        CertificateError::Other(error)
            if error.0.downcast_ref() == Some(&webpki::Error::CaUsedAsEndEntity) =>
        {
            CertificateProblem::Untrusted
        }
        other => CertificateProblem::Other(other.to_string()),
    }
}

/// Accepts any certificate and remembers it. This only serves to name the issuer of a certificate
/// that was refused: no download uses such a connection.
#[derive(Clone, Debug)]
pub(super) struct Witness {
    provider: Arc<CryptoProvider>,
    chain: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Witness {
    pub(super) fn new() -> Self {
        Self { provider: Arc::new(crypto::ring::default_provider()), chain: Arc::default() }
    }

    /// The TLS configuration of a connection whose certificates this remembers.
    pub(super) fn configuration(&self) -> Option<ClientConfig> {
        let versions = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .ok()?;
        let verifier = versions.dangerous().with_custom_certificate_verifier(Arc::new(self.clone()));
        Some(verifier.with_no_client_auth())
    }

    /// The issuer of the last certificate that the server sent, which is closest to the authority.
    pub(super) fn issuer(&self) -> Option<String> {
        issuer(locked(&self.chain).last()?)
    }
}

impl ServerCertVerifier for Witness {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let sent = std::iter::once(end_entity).chain(intermediates);
        *locked(&self.chain) = sent.map(|certificate| certificate.to_vec()).collect();
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        crypto::verify_tls12_signature(message, certificate, signature, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.provider.signature_verification_algorithms;
        crypto::verify_tls13_signature(message, certificate, signature, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// The issuer's common name in a certificate, else its organization (RFC 5280, section 4.1).
fn issuer(certificate: &[u8]) -> Option<String> {
    let (_, certificate, _) = element(certificate)?;
    let (_, mut fields, _) = element(certificate)?;
    // The version has its own tag. Certificates of version 1 omit it.
    if fields.first() == Some(&0xa0) {
        fields = element(fields)?.2;
    }
    // Serial number and signature algorithm.
    fields = element(element(fields)?.2)?.2;
    let (_, names, _) = element(fields)?;
    name(names, COMMON_NAME).or_else(|| name(names, ORGANIZATION))
}

/// The value of one attribute of a name, which is a sequence of sets of pairs.
fn name(mut names: &[u8], wanted: &[u8]) -> Option<String> {
    while let Some((_, set, rest)) = element(names) {
        let (_, pair, _) = element(set)?;
        let (_, kind, value) = element(pair)?;
        if kind == wanted {
            let text = String::from_utf8_lossy(element(value)?.1);
            let text: String = text.chars().filter(|c| !c.is_control()).take(100).collect();
            return Some(text);
        }
        names = rest;
    }
    None
}

/// Tag, content and rest of the first element in DER.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (length, rest) = if first < 0x80 {
        (usize::from(first), rest)
    } else {
        let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
        if bytes.len() > 4 {
            return None;
        }
        (bytes.iter().fold(0, |length, byte| length << 8 | usize::from(*byte)), rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

/// Whether an issuer is known for inspecting TLS: firewalls and proxies of companies, virus
/// scanners, and programs that show traffic. Their certificates are never those of a Go server.
pub fn is_inspection(issuer: &str) -> bool {
    let issuer = issuer.to_lowercase();
    INSPECTORS.iter().any(|known| issuer.contains(known))
}

/// Parts of the names of their authorities, in lower case.
const INSPECTORS: &[&str] = &[
    "inspection",
    "interception",
    "ssl filter",
    "adguard",
    "avast",
    "barracuda",
    "bitdefender",
    "blue coat",
    "bluecoat",
    "cato networks",
    "charles proxy",
    "check point",
    "cisco umbrella",
    "eset ",
    "fiddler",
    "forcepoint",
    "fortigate",
    "fortinet",
    "iboss",
    "kaspersky",
    "mcafee",
    "menlo security",
    "mitmproxy",
    "netskope",
    "palo alto",
    "portswigger",
    "sangfor",
    "skyhigh",
    "sonicwall",
    "sophos",
    "squid",
    "trend micro",
    "watchguard",
    "websense",
    "zscaler",
];

/// 2.5.4.3
const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
/// 2.5.4.10
const ORGANIZATION: &[u8] = &[0x55, 0x04, 0x0a];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorities_that_inspect_connections_are_known_by_name() {
        for issuer in ["Zscaler Intermediate Root CA (zscaler.net)", "FortiGate CA", "Acme Inspection CA"] {
            assert!(is_inspection(issuer), "{issuer}");
        }
        for issuer in ["DigiCert TLS RSA SHA256 2020 CA1", "WE1", "R10", "Home Router"] {
            assert!(!is_inspection(issuer), "{issuer}");
        }
    }

    #[test]
    fn data_that_is_not_a_certificate_has_no_issuer() {
        for der in
            [&b""[..], b"\x30", b"\x30\x84\xff\xff\xff\xff", b"\x30\x89", &[0x30; 40], b"\x30\x02\x30\x00"]
        {
            assert_eq!(issuer(der), None);
        }
    }
}
