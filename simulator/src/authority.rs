//! A certificate authority for the length of one run: signs certificates for the sites' real names on demand.
//!
//! All of them share one key, so that a browser told to accept that key's hash accepts every site.

use anyhow::Context;
use base64::prelude::{BASE64_STANDARD, Engine};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData,
};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use time::{Duration, OffsetDateTime};
use tokio_rustls::rustls::ServerConfig;

/// Signs for any host name.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
    leaf_key: KeyPair,
    issued: Mutex<HashMap<String, Arc<ServerConfig>>>,
}

impl Authority {
    /// Makes fresh keys.
    pub(crate) fn new() -> anyhow::Result<Self> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "MediaFetcher simulator CA");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        valid_around_now(&mut params);
        let pem = params.self_signed(&key)?.pem();
        let issued = Mutex::default();
        Ok(Self { issuer: Issuer::new(params, key), pem, leaf_key: KeyPair::generate()?, issued })
    }

    /// The authority's own certificate.
    pub(crate) fn pem(&self) -> &str {
        &self.pem
    }

    /// What `--ignore-certificate-errors-spki-list` wants: base64 of SHA-256 of the key that all sites share.
    pub(crate) fn spki_sha256_base64(&self) -> String {
        BASE64_STANDARD.encode(Sha256::digest(self.leaf_key.subject_public_key_info()))
    }

    /// How to speak TLS as `host`.
    pub(crate) fn config_for(&self, host: &str) -> anyhow::Result<Arc<ServerConfig>> {
        let mut issued = self.issued.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(config) = issued.get(host) {
            return Ok(config.clone());
        }
        let config = Arc::new(self.issue(host).with_context(|| format!("certificate for {host}"))?);
        issued.insert(host.to_owned(), config.clone());
        Ok(config)
    }

    fn issue(&self, host: &str) -> anyhow::Result<ServerConfig> {
        let mut params = CertificateParams::new([host.to_owned()])?;
        params.distinguished_name.push(DnType::CommonName, host);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        valid_around_now(&mut params);
        let certificate = params.signed_by(&self.leaf_key, &self.issuer)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.leaf_key.serialize_der()));
        let chain = vec![certificate.der().clone()];
        let mut config =
            ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(config)
    }
}

fn valid_around_now(params: &mut CertificateParams) {
    let now = OffsetDateTime::now_utc();
    params.not_before = now - Duration::days(1);
    params.not_after = now + Duration::days(90);
}
