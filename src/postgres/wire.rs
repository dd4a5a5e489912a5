//! A connection to a server as bytes: TCP, a Unix socket, or TLS, which a thread of its own speaks
//! so that whoever has the other end need not know of it.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// How long a server may take to answer the first bytes.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// The codes of the requests for encryption, with their length before them, as they are sent.
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];
const GSS_REQUEST: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 48];

/// The bytes of one connection, to be read and written from two threads.
#[derive(Debug)]
pub enum Wire {
    /// TCP.
    Tcp(TcpStream),
    /// A Unix socket, or the near end of a connection by TLS.
    #[cfg(unix)]
    Unix(UnixStream),
}

impl Wire {
    /// Connects by TCP to the first address that answers.
    pub(super) fn tcp(to: &impl ToSocketAddrs, limit: Duration) -> io::Result<Wire> {
        let mut failure = io::Error::from(ErrorKind::AddrNotAvailable);
        for address in to.to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, limit) {
                Ok(server) => {
                    server.set_nodelay(true)?;
                    return Ok(Wire::Tcp(server));
                }
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    /// The same connection, encrypted from here on, with a server that goes by this name. `direct`
    /// leaves out PostgreSQL's own request for it; `limit` holds for each
    /// answer of the server's.
    pub(super) fn encrypt(
        self,
        config: Arc<ClientConfig>,
        name: &str,
        direct: bool,
        limit: Duration,
    ) -> io::Result<Wire> {
        let name = ServerName::try_from(name.to_owned())
            .map_err(|_| io::Error::new(ErrorKind::InvalidInput, "no name for a certificate"))?;
        let Wire::Tcp(mut server) = self else {
            return Err(io::Error::new(ErrorKind::Unsupported, "a Unix socket has no TLS"));
        };
        if !direct {
            server.set_read_timeout(Some(limit))?;
            server.write_all(&SSL_REQUEST)?;
            let mut answer = [0];
            server.read_exact(&mut answer)?;
            match answer[0] {
                b'S' => {}
                b'N' => return Err(io::Error::new(ErrorKind::Unsupported, NO_TLS)),
                _ => return Err(ErrorKind::InvalidData.into()),
            }
            server.set_read_timeout(None)?;
        }
        let (near, far) = pair()?;
        let (told, outcome) = mpsc::channel();
        thread::Builder::new().name("tls".to_owned()).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            match runtime {
                Ok(runtime) => runtime.block_on(carry(config, name, server, far, &told)),
                Err(error) => drop(told.send(Err(error))),
            }
        })?;
        outcome.recv_timeout(limit).unwrap_or_else(|_| Err(ErrorKind::TimedOut.into()))?;
        Ok(near)
    }

    /// A second handle on it.
    pub(super) fn try_clone(&self) -> io::Result<Wire> {
        match self {
            Wire::Tcp(stream) => stream.try_clone().map(Wire::Tcp),
            #[cfg(unix)]
            Wire::Unix(stream) => stream.try_clone().map(Wire::Unix),
        }
    }

    /// Ends one direction, or both, for all handles.
    pub(super) fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        match self {
            Wire::Tcp(stream) => stream.shutdown(how),
            #[cfg(unix)]
            Wire::Unix(stream) => stream.shutdown(how),
        }
    }
}

/// What is said where a server has no TLS.
pub(super) const NO_TLS: &str = "the server has no TLS";

/// The handshake, and then all that goes either way.
async fn carry(
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
    server: TcpStream,
    far: Wire,
    told: &mpsc::Sender<io::Result<()>>,
) {
    let begun = async {
        server.set_nonblocking(true)?;
        let server = tokio::net::TcpStream::from_std(server)?;
        tokio_rustls::TlsConnector::from(config).connect(name, server).await
    };
    let server = match begun.await {
        Ok(server) => server,
        Err(error) => return drop(told.send(Err(error))),
    };
    let _ = told.send(Ok(()));
    // A connection that breaks is for both ends to notice, which they do as it is closed.
    let _ = match far {
        Wire::Tcp(far) => match far.set_nonblocking(true) {
            Ok(()) => relay(tokio::net::TcpStream::from_std(far), server).await,
            Err(error) => Err(error),
        },
        #[cfg(unix)]
        Wire::Unix(far) => match far.set_nonblocking(true) {
            Ok(()) => relay(tokio::net::UnixStream::from_std(far), server).await,
            Err(error) => Err(error),
        },
    };
}

async fn relay<F, S>(far: io::Result<F>, mut server: S) -> io::Result<()>
where
    F: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
{
    let mut far = far?;
    let mut first = [0; 8];
    // What is encrypted already cannot be encrypted again; a client that asks goes on without.
    loop {
        far.read_exact(&mut first).await?;
        if first != SSL_REQUEST && first != GSS_REQUEST {
            break;
        }
        far.write_all(b"N").await?;
    }
    server.write_all(&first).await?;
    tokio::io::copy_bidirectional(&mut far, &mut server).await.map(drop)
}

#[cfg(unix)]
fn pair() -> io::Result<(Wire, Wire)> {
    let (near, far) = UnixStream::pair()?;
    Ok((Wire::Unix(near), Wire::Unix(far)))
}

/// Two ends by way of the loopback. Somebody else may come to the listener first.
#[cfg(not(unix))]
fn pair() -> io::Result<(Wire, Wire)> {
    let listener = std::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, 0))?;
    let near = TcpStream::connect(listener.local_addr()?)?;
    loop {
        let (far, from) = listener.accept()?;
        if from == near.local_addr()? {
            near.set_nodelay(true)?;
            far.set_nodelay(true)?;
            return Ok((Wire::Tcp(near), Wire::Tcp(far)));
        }
    }
}

impl Read for &Wire {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Wire::Tcp(stream) => (&*stream).read(buffer),
            #[cfg(unix)]
            Wire::Unix(stream) => (&*stream).read(buffer),
        }
    }
}

impl Write for &Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Wire::Tcp(stream) => (&*stream).write(bytes),
            #[cfg(unix)]
            Wire::Unix(stream) => (&*stream).write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a [`tap`](super::tap) passes connections on to.
pub trait Upstream: Send + Sync + 'static {
    /// Opens a connection.
    ///
    /// # Errors
    ///
    /// When nobody answers.
    fn open(&self) -> io::Result<Wire>;
}

impl<T: ToSocketAddrs + Send + Sync + 'static> Upstream for T {
    fn open(&self) -> io::Result<Wire> {
        Wire::tcp(self, PATIENCE)
    }
}
