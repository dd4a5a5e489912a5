//! Turns a function of an answer into something that can be called with JSON.
//!
//! Any function will do whose first parameter is `&mut postgres::Client`, `&sqlx::PgPool` or
//! `sqlx::PgPool`, `&mut sqlx::PgConnection` or nothing of the kind, whose other parameters serde can
//! read, and which returns a `Result`. The learner may change `&str` to `String`, or one error type to
//! another: the call still fits.

use std::collections::HashMap;
use std::error::Error;
use std::fmt::{Debug, Display};
use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use postgres::{Client, NoTls};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::postgres::PgPoolOptions;
use sqlx::{Connection, PgConnection, PgPool};

use crate::protocol::{AS_NEW, Failure, Response};

/// The connections of an answer in one lane, by URL. They live until the grader lets go of them.
pub struct World {
    clients: HashMap<String, Client>,
    pools: HashMap<String, PgPool>,
    connections: HashMap<String, Kept>,
    runtime: Option<tokio::runtime::Runtime>,
    way: Way,
}

/// A session of sqlx without a pool.
struct Kept {
    connection: PgConnection,
    /// Whether the last call on it returned an error, so that it may be gone.
    doubtful: bool,
}

/// The way to the grader's ports: out of a sandbox without a network there is one for all lanes.
#[derive(Clone)]
pub(crate) struct Way {
    #[cfg(unix)]
    relay: Option<Arc<Mutex<crate::relay::Relay>>>,
}

impl Way {
    /// Through this socket, if this is a sandbox without a network.
    #[cfg(unix)]
    pub(crate) fn new(socket: Option<PathBuf>) -> Way {
        Way { relay: socket.map(|socket| Arc::new(Mutex::new(crate::relay::Relay::new(socket)))) }
    }

    /// Makes sure that these ports can be connected to.
    #[cfg(unix)]
    fn open(&self, ports: &[u16]) -> io::Result<()> {
        let Some(relay) = &self.relay else { return Ok(()) };
        relay.lock().unwrap_or_else(PoisonError::into_inner).open(ports)
    }

    #[cfg(not(unix))]
    pub(crate) fn new(_socket: Option<PathBuf>) -> Way {
        Way {}
    }

    #[cfg(not(unix))]
    fn open(&self, _ports: &[u16]) -> io::Result<()> {
        Ok(())
    }
}

impl World {
    /// Without any connection.
    pub(crate) fn new(way: Way) -> World {
        let (clients, pools, connections) = Default::default();
        World { clients, pools, connections, runtime: None, way }
    }

    /// Makes sure that these ports can be connected to.
    pub(crate) fn open(&mut self, ports: &[u16]) -> io::Result<()> {
        self.way.open(ports)
    }
}

/// One call: where to, how many connections, and the arguments.
pub struct Call {
    pub(crate) url: String,
    pub(crate) pool: u32,
    pub(crate) arguments: &'static [Value],
}

/// A function of an answer, ready to be called. `Err` is a response too: that it could not be.
pub type Callable =
    Box<dyn Fn(&mut World, &Call) -> Result<Response, Box<Response>> + Send + std::marker::Sync>;

/// A call that goes on.
type Pending<'a> = Pin<Box<dyn Future<Output = Result<Response, Box<Response>>> + 'a>>;

/// What an answer may return. `Kind` tells how its error is looked into.
pub trait Reply<Kind> {
    /// The value, or the error, as it goes to the grader.
    fn respond(self) -> Response;
}

/// Marks errors of any thread, which are most: those of the clients, `anyhow`, boxes of these.
pub struct Shared;
/// Marks errors that only one thread may have, such as `Box<dyn Error>`.
pub struct Local;
/// Marks types that can be shown, and are no errors by `std::error::Error`.
pub struct Shown;

impl<T: Serialize, E: Into<Box<dyn Error + Send + std::marker::Sync>>> Reply<Shared>
    for Result<T, E>
{
    fn respond(self) -> Response {
        self.map_or_else(|error| Response::Failed(Failure::of(&*error.into())), returned)
    }
}

impl<T: Serialize, E: Into<Box<dyn Error>>> Reply<Local> for Result<T, E> {
    fn respond(self) -> Response {
        self.map_or_else(|error| Response::Failed(Failure::of(&*error.into())), returned)
    }
}

impl<T: Serialize, E: Debug + Display> Reply<Shown> for Result<T, E> {
    fn respond(self) -> Response {
        let failure = |error: E| Failure {
            display: error.to_string(),
            debug: format!("{error:?}"),
            server: None,
        };
        self.map_or_else(|error| Response::Failed(failure(error)), returned)
    }
}

fn returned(value: impl Serialize) -> Response {
    match serde_json::to_value(value) {
        Ok(value) => Response::Returned(value),
        Err(error) => Response::Misfit(format!("the value it returned cannot be read: {error}")),
    }
}

/// A parameter that can be made of a JSON value. `How` tells values from borrowed slices.
pub trait Parameter<How>: Sized {
    /// Reads it. The value lives as long as the process, so that `&str` can point into it.
    fn read(value: &'static Value) -> Result<Self, serde_json::Error>;
}

/// Marks parameters taken as serde reads them.
pub struct Owned;
/// Marks parameters taken by reference.
pub struct Borrowed;
/// Marks references to slices.
pub struct Sliced;

impl<T: Deserialize<'static>> Parameter<Owned> for T {
    fn read(value: &'static Value) -> Result<T, serde_json::Error> {
        T::deserialize(value)
    }
}

impl<T: Deserialize<'static>> Parameter<Sliced> for &'static [T] {
    fn read(value: &'static Value) -> Result<&'static [T], serde_json::Error> {
        Ok(Vec::<T>::deserialize(value)?.leak())
    }
}

impl<T: Deserialize<'static>> Parameter<Borrowed> for &'static T {
    fn read(value: &'static Value) -> Result<&'static T, serde_json::Error> {
        Ok(Box::leak(Box::new(T::deserialize(value)?)))
    }
}

/// A function that the grader can call. `Shape` is inferred from the function.
pub trait Route<Shape, Kind>: 'static {
    /// Wraps it.
    fn callable(self) -> Callable;
}

/// A function of an answer. Which kind of error it returns is found by the compiler as it finds
/// methods: `(&&Function(f)).callable()` looks at the type with the most references first. Two kinds
/// may fit one error, and then the first one is meant.
#[derive(Clone, Copy)]
pub struct Function<F>(pub F);

/// Functions whose errors are `Shared`.
pub trait WithShared<Shape> {
    /// Wraps it.
    fn callable(self) -> Callable;
}

impl<Shape, F: Route<Shape, Shared> + Copy> WithShared<Shape> for &&Function<F> {
    fn callable(self) -> Callable {
        self.0.callable()
    }
}

/// Functions whose errors are `Local`.
pub trait WithLocal<Shape> {
    /// Wraps it.
    fn callable(self) -> Callable;
}

impl<Shape, F: Route<Shape, Local> + Copy> WithLocal<Shape> for &Function<F> {
    fn callable(self) -> Callable {
        self.0.callable()
    }
}

/// Functions whose errors can only be `Shown`.
pub trait WithShown<Shape> {
    /// Wraps it.
    fn callable(self) -> Callable;
}

impl<Shape, F: Route<Shape, Shown>> WithShown<Shape> for Function<F> {
    fn callable(self) -> Callable {
        self.0.callable()
    }
}

/// Marks functions of the sync client.
pub struct Sync;
/// Marks async functions on a pool.
pub struct Async;
/// Marks async functions that have the pool for themselves.
pub struct AsyncOwned;
/// Marks async functions on one session.
pub struct OnConnection;
/// Marks functions that make their own connections.
pub struct Plain;
/// Marks async functions that make their own connections.
pub struct PlainAsync;

macro_rules! routes {
    ($($parameter:ident $how:ident),*) => {
        impl<F, R, K, $($parameter, $how),*> Route<(Sync, $($parameter, $how),*), K> for F
        where
            F: Fn(&mut Client, $($parameter),*) -> R + Send + std::marker::Sync + 'static,
            R: Reply<K>,
            $($parameter: Parameter<$how>),*
        {
            fn callable(self) -> Callable {
                Box::new(move |world, call| {
                    let mut arguments = Arguments::new(call, routes!(@count $($parameter)*))?;
                    let client = world.client(&call.url)?;
                    Ok(self(client, $(arguments.next::<$parameter, $how>()?),*).respond())
                })
            }
        }

        impl<F, O, R, K, $($parameter, $how),*> Route<(Async, O, $($parameter, $how),*), K> for F
        where
            F: Fn(&'static PgPool, $($parameter),*) -> O + Send + std::marker::Sync + 'static,
            O: Future<Output = R>,
            R: Reply<K>,
            $($parameter: Parameter<$how>),*
        {
            fn callable(self) -> Callable {
                Box::new(move |world, call| {
                    let mut arguments = Arguments::new(call, routes!(@count $($parameter)*))?;
                    let pool = Box::leak(Box::new(world.pool(call)?));
                    let future = self(pool, $(arguments.next::<$parameter, $how>()?),*);
                    world.finish(Box::pin(async { Ok(future.await.respond()) }))
                })
            }
        }

        impl<F, O, R, K, $($parameter, $how),*> Route<(AsyncOwned, O, $($parameter, $how),*), K> for F
        where
            F: Fn(PgPool, $($parameter),*) -> O + Send + std::marker::Sync + 'static,
            O: Future<Output = R>,
            R: Reply<K>,
            $($parameter: Parameter<$how>),*
        {
            fn callable(self) -> Callable {
                Box::new(move |world, call| {
                    let mut arguments = Arguments::new(call, routes!(@count $($parameter)*))?;
                    let future = self(world.pool(call)?, $(arguments.next::<$parameter, $how>()?),*);
                    world.finish(Box::pin(async { Ok(future.await.respond()) }))
                })
            }
        }

        impl<F, R, K, $($parameter, $how),*> Route<(OnConnection, $($parameter, $how),*), K> for F
        where
            F: AsyncFn(&mut PgConnection, $($parameter),*) -> R + Send + std::marker::Sync + 'static,
            R: Reply<K>,
            $($parameter: Parameter<$how>),*
        {
            fn callable(self) -> Callable {
                Box::new(move |world, call| {
                    let mut arguments = Arguments::new(call, routes!(@count $($parameter)*))?;
                    let mut kept = world.connection(&call.url)?;
                    let called = self(&mut kept.connection, $(arguments.next::<$parameter, $how>()?),*);
                    let response = world.finish(Box::pin(async { Ok(called.await.respond()) }))?;
                    kept.doubtful = !matches!(response, Response::Returned(_));
                    world.connections.insert(call.url.clone(), kept);
                    Ok(response)
                })
            }
        }

        impl<F, R, K, $($parameter, $how),*> Route<(Plain, $($parameter, $how),*), K> for F
        where
            F: Fn($($parameter),*) -> R + Send + std::marker::Sync + 'static,
            R: Reply<K>,
            $($parameter: Parameter<$how>),*
        {
            fn callable(self) -> Callable {
                Box::new(move |_, call| {
                    #[allow(unused_mut, unused_variables)]
                    let mut arguments = Arguments::new(call, routes!(@count $($parameter)*))?;
                    Ok(self($(arguments.next::<$parameter, $how>()?),*).respond())
                })
            }
        }

        impl<F, O, R, K, $($parameter, $how),*> Route<(PlainAsync, O, $($parameter, $how),*), K> for F
        where
            F: Fn($($parameter),*) -> O + Send + std::marker::Sync + 'static,
            O: Future<Output = R>,
            R: Reply<K>,
            $($parameter: Parameter<$how>),*
        {
            fn callable(self) -> Callable {
                Box::new(move |world, call| {
                    #[allow(unused_mut, unused_variables)]
                    let mut arguments = Arguments::new(call, routes!(@count $($parameter)*))?;
                    let called = async { Ok(self($(arguments.next::<$parameter, $how>()?),*).await.respond()) };
                    world.finish(Box::pin(called))
                })
            }
        }
    };
    (@count $($parameter:ident)*) => { 0usize $(+ { let _ = stringify!($parameter); 1 })* };
}

routes!();
routes!(A HA);
routes!(A HA, B HB);
routes!(A HA, B HB, C HC);
routes!(A HA, B HB, C HC, D HD);
routes!(A HA, B HB, C HC, D HD, E HE);

/// The arguments of one call, taken from left to right.
struct Arguments {
    rest: std::slice::Iter<'static, Value>,
    position: usize,
}

impl Arguments {
    fn new(call: &Call, expected: usize) -> Result<Arguments, Box<Response>> {
        let given = call.arguments.len();
        if given == expected {
            Ok(Arguments { rest: call.arguments.iter(), position: 0 })
        } else {
            Err(misfit(format!(
                "it takes {expected} arguments after the connection, and {given} were expected"
            )))
        }
    }

    fn next<T: Parameter<How>, How>(&mut self) -> Result<T, Box<Response>> {
        self.position += 1;
        let value = self.rest.next().unwrap_or(&Value::Null);
        T::read(value).map_err(|error| {
            misfit(format!("argument {} has another type: {error}", self.position))
        })
    }
}

impl World {
    fn client(&mut self, url: &str) -> Result<&mut Client, Box<Response>> {
        if self.clients.get(url).is_none_or(Client::is_closed) {
            let client = Client::connect(url, NoTls).map_err(|error| no_connection(&error))?;
            self.clients.insert(url.to_owned(), client);
        }
        self.clients.get_mut(url).ok_or_else(|| misfit("no client".to_owned()))
    }

    fn pool(&mut self, call: &Call) -> Result<PgPool, Box<Response>> {
        self.runtime()?;
        if let Some(pool) = self.pools.get(&call.url).filter(|pool| !pool.is_closed()) {
            return Ok(pool.clone());
        }
        let runtime = self.runtime.as_ref().map(|runtime| runtime.enter());
        let pool = PgPoolOptions::new()
            .max_connections(call.pool)
            .connect_lazy(&call.url)
            .map_err(|error| no_connection(&error))?;
        drop(runtime);
        self.pools.insert(call.url.clone(), pool.clone());
        Ok(pool)
    }

    /// The session for a URL, taken out: after a panic in the middle of it, nobody can use it.
    fn connection(&mut self, url: &str) -> Result<Kept, Box<Response>> {
        let kept = self.connections.remove(url);
        self.runtime()?.block_on(async {
            if let Some(mut kept) = kept
                && (!kept.doubtful || kept.connection.ping().await.is_ok())
            {
                return Ok(kept);
            }
            let connection = PgConnection::connect(url).await;
            let connection = connection.map_err(|error| no_connection(&error))?;
            Ok(Kept { connection, doubtful: false })
        })
    }

    /// Waits for what an answer's function has begun. It takes any future as one type, so that what
    /// waits is compiled once, and not with each answer for each of its functions.
    fn finish(&mut self, called: Pending<'_>) -> Result<Response, Box<Response>> {
        self.runtime()?.block_on(called)
    }

    fn runtime(&mut self) -> Result<&tokio::runtime::Runtime, Box<Response>> {
        if self.runtime.is_none() {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .map_err(|error| no_connection(&error))?;
            self.runtime = Some(runtime);
        }
        self.runtime.as_ref().ok_or_else(|| misfit("no runtime".to_owned()))
    }

    /// Makes the client for a URL as if it had just connected, which takes a tenth of the time that it
    /// takes to connect. A pool is closed: who has one of its sessions now, nobody can tell.
    pub(crate) fn reset(&mut self, url: &str) {
        let kept = self.clients.remove(url);
        self.disconnect(url);
        if let Some(mut client) = kept.filter(|client| !client.is_closed())
            && AS_NEW.iter().all(|sql| client.batch_execute(sql).is_ok())
        {
            self.clients.insert(url.to_owned(), client);
        }
    }

    /// Closes what is open for a URL.
    pub(crate) fn disconnect(&mut self, url: &str) {
        if let Some(client) = self.clients.remove(url) {
            // A connection that is gone already is closed well enough.
            let _ = client.close();
        }
        let (kept, pool) = (self.connections.remove(url), self.pools.remove(url));
        let Some(runtime) = &self.runtime else { return };
        if let Some(kept) = kept {
            // As with a client.
            let _ = runtime.block_on(kept.connection.close());
        }
        if let Some(pool) = pool {
            runtime.block_on(pool.close());
        }
    }
}

fn misfit(why: String) -> Box<Response> {
    Box::new(Response::Misfit(why))
}

fn no_connection(error: &(dyn Error + 'static)) -> Box<Response> {
    Box::new(Response::NoConnection(Failure::of(error)))
}
