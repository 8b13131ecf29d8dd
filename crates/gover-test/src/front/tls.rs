use std::io::{self, Write as _};
use std::net::TcpStream;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::server::FakeServer;
use crate::service::{Service, read_head};

/// TLS in front of a [`FakeServer`], with a certificate of a private authority.
///
/// The certificate is for 127.0.0.1 and some names in `.test`, to which only a
/// [`FakeProxy`](super::FakeProxy) leads.
pub struct TlsFront {
    pub(super) service: Service,
}

impl TlsFront {
    /// Starts in front of a server, which must outlive it.
    pub fn start(server: &FakeServer) -> Self {
        Self::with_certificate(CERTIFICATE, server)
    }

    /// Like [`start`](Self::start), with a certificate that is its own authority, `Home Router`.
    pub fn start_self_signed(server: &FakeServer) -> Self {
        Self::with_certificate(SELF_SIGNED, server)
    }

    /// Like [`start`](Self::start), for the two names of the public checksum database.
    pub fn start_as_database(server: &FakeServer) -> Self {
        Self::with_certificate(DATABASE, server)
    }

    fn with_certificate(certificate: &[u8], server: &FakeServer) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let certificate = CertificateDer::from_pem_slice(certificate).expect("a certificate");
        let key = PrivateKeyDer::from_pem_slice(KEY).expect("its key");
        let configuration = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(vec![certificate], key))
            .expect("a certificate and its key");
        let configuration = Arc::new(configuration);
        let server = server.address();
        Self {
            service: Service::start(move |stream| {
                let connection =
                    ServerConnection::new(Arc::clone(&configuration)).map_err(io::Error::other)?;
                let mut client = StreamOwned::new(connection, stream);
                let Some(head) = read_head(&mut client)? else { return Ok(()) };
                let mut upstream = TcpStream::connect(server)?;
                upstream.write_all(&head)?;
                // The server closes the connection after one response. A truncated one stays so.
                io::copy(&mut upstream, &mut client)?;
                client.conn.send_close_notify();
                client.flush()
            }),
        }
    }

    /// `https://127.0.0.1:PORT`, without a final slash.
    pub fn url(&self) -> String {
        format!("https://{}", self.service.address)
    }

    /// The URL of a path that begins with `/`.
    pub fn at(&self, path: &str) -> String {
        format!("{}{path}", self.url())
    }

    /// The authority's certificate, for `SSL_CERT_FILE`. Its name is `Acme Inspection CA`.
    pub const AUTHORITY: &[u8] = include_bytes!("../../../../tests/fixtures/tls/ca.pem");

    /// The authority of [`start_as_database`](Self::start_as_database).
    pub const DATABASE_AUTHORITY: &[u8] = include_bytes!("../../../../tests/fixtures/tls/sumdb-ca.pem");

    /// A useless certificate for `SSL_CERT_FILE`, so that the system's store is not used.
    pub const STRANGER: &[u8] = include_bytes!("../../../../tests/fixtures/tls/expired.pem");
}

const CERTIFICATE: &[u8] = include_bytes!("../../../../tests/fixtures/tls/server.pem");
const DATABASE: &[u8] = include_bytes!("../../../../tests/fixtures/tls/sumdb.pem");
const SELF_SIGNED: &[u8] = include_bytes!("../../../../tests/fixtures/tls/self-signed.pem");
const KEY: &[u8] = include_bytes!("../../../../tests/fixtures/tls/server.key");
