//! TLS towards a server of the learner's own, as libpq's `sslmode` and `sslrootcert` say it.

use std::io::BufReader;
use std::path::PathBuf;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use crate::error::{Error, Result};

/// `sslmode`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(super) enum Mode {
    Disable,
    Allow,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

impl Mode {
    pub(super) fn named(name: &str) -> Option<Mode> {
        let all = [Mode::Disable, Mode::Allow, Mode::Prefer, Mode::Require, Mode::VerifyCa];
        all.into_iter().chain([Mode::VerifyFull]).find(|mode| mode.name() == name)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Mode::Disable => "disable",
            Mode::Allow => "allow",
            Mode::Prefer => "prefer",
            Mode::Require => "require",
            Mode::VerifyCa => "verify-ca",
            Mode::VerifyFull => "verify-full",
        }
    }

    /// Whether to speak TLS, in the order to be tried.
    pub(super) fn attempts(self) -> &'static [bool] {
        match self {
            Mode::Disable => &[false],
            Mode::Allow => &[false, true],
            Mode::Prefer => &[true, false],
            _ => &[true],
        }
    }
}

/// `sslrootcert`: whose signature makes a certificate good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Roots {
    /// Nothing was said: `~/.postgresql/root.crt` if it is there, else the machine's.
    Usual,
    /// Those that the machine trusts.
    System,
    /// Those in a file.
    File(PathBuf),
}

/// How a connection is to be encrypted.
pub(super) fn config(mode: Mode, roots: &Roots, direct: bool) -> Result<Arc<ClientConfig>> {
    let provider = Arc::new(ring::default_provider());
    // With a file of roots, `require` looks at the certificate too, as libpq has it.
    let looks = match mode {
        Mode::VerifyCa | Mode::VerifyFull => true,
        Mode::Require => matches!(roots, Roots::File(_)),
        _ => false,
    };
    let chain = if looks {
        let builder = WebPkiServerVerifier::builder_with_provider(
            Arc::new(trusted(roots)?),
            Arc::clone(&provider),
        );
        Some(builder.build().map_err(|error| unusable(&format!("({error})")))?)
    } else {
        None
    };
    let verifier = Verifier { provider, chain, names: mode == Mode::VerifyFull };
    let config = ClientConfig::builder_with_provider(Arc::clone(&verifier.provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Bug(format!("no TLS: {error}")))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = config.with_no_client_auth();
    if direct {
        config.alpn_protocols = vec![b"postgresql".to_vec()];
    }
    Ok(Arc::new(config))
}

fn trusted(roots: &Roots) -> Result<RootCertStore> {
    let usual = std::env::home_dir().map(|home| home.join(".postgresql/root.crt"));
    let file = match roots {
        Roots::File(path) => Some(path.clone()),
        Roots::Usual => usual.filter(|path| path.is_file()),
        Roots::System => None,
    };
    let mut store = RootCertStore::empty();
    match file {
        Some(path) => {
            let unusable = |why: &str| unusable(&format!("{}: {why}", path.display()));
            let file = std::fs::File::open(&path).map_err(|error| unusable(&error.to_string()))?;
            for found in CertificateDer::pem_reader_iter(BufReader::new(file)) {
                let found = found.map_err(|error| unusable(&error.to_string()))?;
                store.add(found).map_err(|error| unusable(&error.to_string()))?;
            }
            if store.is_empty() {
                return Err(unusable("there is no certificate in it"));
            }
        }
        None => {
            store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if store.is_empty() {
                return Err(unusable("this machine has none of its own. Name a file"));
            }
        }
    }
    Ok(store)
}

fn unusable(why: &str) -> Error {
    Error::NoServer(format!(
        "The certificates that the server's is to be checked with cannot be used: {why}.\n\
         Name the file with the server's CA in sslrootcert=…"
    ))
}

/// `require` asks for encryption alone, `verify-ca` for a known signature, `verify-full` for the
/// right name too.
#[derive(Debug)]
struct Verifier {
    provider: Arc<CryptoProvider>,
    chain: Option<Arc<WebPkiServerVerifier>>,
    names: bool,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        use rustls::CertificateError::{NotValidForName, NotValidForNameContext};
        let Some(chain) = &self.chain else { return Ok(ServerCertVerified::assertion()) };
        let verdict =
            chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
        match verdict {
            // Names are looked at last.
            Err(rustls::Error::InvalidCertificate(
                NotValidForName | NotValidForNameContext { .. },
            )) if !self.names => Ok(ServerCertVerified::assertion()),
            other => other,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
