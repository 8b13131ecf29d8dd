//! The clients of reqwest, built from the settings.

use reqwest::{Client, ClientBuilder};

use super::{Http, HttpError, authorities, innermost, redirect};

impl Http {
    /// The client of all requests except those that inspect certificates.
    pub(super) fn build(&self) -> Result<Client, HttpError> {
        // A setting of the process. For a second client it is already set, to the same provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = self
            .builder()
            .referer(false)
            .read_timeout(self.settings.stall_timeout)
            .http2_initial_stream_window_size(4 << 20)
            .http2_initial_connection_window_size(8 << 20)
            .redirect(redirect::policy(self.credentialed.clone()));
        if !self.settings.multiplexed {
            builder = builder.http1_only();
        }
        if let Some(certificates) = authorities::read(&self.settings.certificates)? {
            builder = builder.tls_certs_only(certificates);
        }
        builder.build().map_err(|error| HttpError::Setup { reason: innermost(&error) })
    }

    /// What every client has: the user agent, the timeout for connecting, and the proxies.
    pub(super) fn builder(&self) -> ClientBuilder {
        let builder = Client::builder().user_agent(USER_AGENT).connect_timeout(self.settings.connect_timeout);
        match &self.forward {
            // `no_proxy` discards what reqwest would read from the environment.
            Some(forward) => builder.no_proxy().proxy(forward.clone().into_proxy()),
            None => builder,
        }
    }
}

const USER_AGENT: &str = concat!("gover/", env!("CARGO_PKG_VERSION"));
