//! Servers, databases, and what goes over the wire.
//!
//! [`source`] decides which server is used; [`cluster`] runs a private one from [`binaries`] on
//! the machine or from the [`bundle`], [`docker`] a container; [`database`] hands out clones of templates; [`tap`] listens
//! in. [`servers`] keeps what one command uses. Nothing outside this module knows a connection string.

pub mod address;
pub mod binaries;
pub mod bundle;
pub mod cluster;
mod conninfo;
pub mod database;
pub mod docker;
pub mod left_over;
mod memory;
pub mod needs;
mod own;
pub mod plan;
pub mod pooler;
pub mod programs;
pub mod schema;
mod scram;
pub mod server;
pub mod servers;
pub mod source;
pub mod sqlstate;
pub mod tap;
pub mod throwaway;
mod tls;
pub mod wire;
