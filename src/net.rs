//! HTTP and TLS to the outside: one way for all clients of the program.
//!
//! TLS is rustls with *ring*, which the PostgreSQL driver brings along anyway. Trusted are the
//! certificate authorities in the binary and those of the system, where an operator adds what a
//! partner needs (such as the state's root that some Russian services use).

use std::sync::{Arc, LazyLock};

use rustls::crypto::{CryptoProvider, ring};
use rustls::{ClientConfig, RootCertStore};

static TLS: LazyLock<ClientConfig> = LazyLock::new(|| {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    let system = rustls_native_certs::load_native_certs();
    for error in &system.errors {
        tracing::warn!(%error, "certificates of the system were not read");
    }
    roots.add_parsable_certificates(system.certs);
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_no_client_auth()
});

/// Names the cryptography for clients that are made without [`client_builder`].
pub fn prepare() {
    if CryptoProvider::get_default().is_none() {
        // Another thread may have been faster: it has named the same.
        let _ = ring::default_provider().install_default();
    }
}

/// A client of our own, to be given its time-outs and limits.
pub fn client_builder() -> reqwest::ClientBuilder {
    prepare();
    reqwest::Client::builder()
        .tls_backend_preconfigured(TLS.clone())
        .user_agent(concat!("ambar/", env!("CARGO_PKG_VERSION")))
}

/// A client for what runs beside us or in our own network.
pub fn client() -> reqwest::Client {
    client_builder().build().expect("without settings of its own a client can be made")
}
