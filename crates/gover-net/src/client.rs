//! What makes requests.

use reqwest::{Client, ClientBuilder};

use super::{Http, HttpError, authorities, innermost, redirect};

impl Http {
    /// The client of all requests that bring something.
    pub(super) fn build(&self) -> Result<Client, HttpError> {
        // rustls takes its cryptography from a setting of the process. A second client finds it set, to the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = self
            .builder()
            .referer(false)
            .read_timeout(self.settings.stall_timeout)
            .http2_initial_stream_window_size(4 << 20)
            .http2_initial_connection_window_size(8 << 20)
            .redirect(redirect::policy(self.guarded.clone()));
        if !self.settings.multiplexed {
            builder = builder.http1_only();
        }
        if let Some(certificates) = authorities::read(&self.settings.certificates)? {
            builder = builder.tls_certs_only(certificates);
        }
        builder.build().map_err(|error| HttpError::Setup { reason: innermost(&error) })
    }

    /// What every client is made of: who asks, and by which proxies.
    pub(super) fn builder(&self) -> ClientBuilder {
        let builder = Client::builder().user_agent(USER_AGENT).connect_timeout(self.settings.connect_timeout);
        match &self.forward {
            // The first call forgets what the library would read from the environment.
            Some(forward) => builder.no_proxy().proxy(forward.clone().into_proxy()),
            None => builder,
        }
    }
}

/// Who asks.
const USER_AGENT: &str = concat!("gover/", env!("CARGO_PKG_VERSION"));
