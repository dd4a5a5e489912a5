//! Turns a function of an answer into something that can be called with JSON.
//!
//! Any function will do whose first parameter is `&mut postgres::Client`, `&sqlx::PgPool` or
//! nothing of the kind, whose other parameters serde can read, and which returns a `Result`. The
//! learner may change `&str` to `String`, or one error type to another: the call still fits.

use std::collections::HashMap;
use std::error::Error;
use std::future::Future;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use postgres::{Client, NoTls};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

use crate::protocol::{AS_NEW, Failure, Response};

/// The connections of an answer in one lane, by URL. They live until the grader lets go of them.
pub struct World {
    clients: HashMap<String, Client>,
    pools: HashMap<String, PgPool>,
    runtime: Option<tokio::runtime::Runtime>,
    way: Way,
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
        World { clients: HashMap::new(), pools: HashMap::new(), runtime: None, way }
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

/// What an answer may return.
pub trait Reply {
    /// The value, or the error, as it goes to the grader.
    fn respond(self) -> Response;
}

impl<T: Serialize, E: Into<Box<dyn Error>>> Reply for Result<T, E> {
    fn respond(self) -> Response {
        match self {
            Ok(value) => match serde_json::to_value(value) {
                Ok(value) => Response::Returned(value),
                Err(error) => {
                    Response::Misfit(format!("the value it returned cannot be read: {error}"))
                }
            },
            Err(error) => Response::Failed(Failure::of(&*error.into())),
        }
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
pub trait Route<Shape>: 'static {
    /// Wraps it.
    fn callable(self) -> Callable;
}

/// Wraps a function: see [`Route`].
pub fn route<Shape, F: Route<Shape>>(function: F) -> Callable {
    function.callable()
}

/// Marks functions of the sync client.
pub struct Sync;
/// Marks async functions on a pool.
pub struct Async;
/// Marks functions that make their own connections.
pub struct Plain;
/// Marks async functions that make their own connections.
pub struct PlainAsync;

macro_rules! routes {
    ($($parameter:ident $how:ident),*) => {
        impl<F, R, $($parameter, $how),*> Route<(Sync, $($parameter, $how),*)> for F
        where
            F: Fn(&mut Client, $($parameter),*) -> R + Send + std::marker::Sync + 'static,
            R: Reply,
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

        impl<F, O, R, $($parameter, $how),*> Route<(Async, O, $($parameter, $how),*)> for F
        where
            F: Fn(&'static PgPool, $($parameter),*) -> O + Send + std::marker::Sync + 'static,
            O: Future<Output = R>,
            R: Reply,
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

        impl<F, R, $($parameter, $how),*> Route<(Plain, $($parameter, $how),*)> for F
        where
            F: Fn($($parameter),*) -> R + Send + std::marker::Sync + 'static,
            R: Reply,
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

        impl<F, O, R, $($parameter, $how),*> Route<(PlainAsync, O, $($parameter, $how),*)> for F
        where
            F: Fn($($parameter),*) -> O + Send + std::marker::Sync + 'static,
            O: Future<Output = R>,
            R: Reply,
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
        if let (Some(pool), Some(runtime)) = (self.pools.remove(url), &self.runtime) {
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
