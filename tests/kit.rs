//! The kit's ready-made questions, asked of a real server and of what both clients really send.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

#[path = "kit/answer.rs"]
mod answer;
#[path = "kit/catalog.rs"]
mod catalog;
#[path = "kit/components.rs"]
mod components;
#[path = "kit/going.rs"]
mod going;
#[path = "kit/grading.rs"]
mod grading;
#[path = "kit/needs.rs"]
mod needs;
#[path = "kit/plan.rs"]
mod plan;
#[path = "kit/programs.rs"]
mod programs;
#[path = "kit/query.rs"]
mod query;
#[path = "kit/ratio.rs"]
mod ratio;
#[path = "kit/signatures.rs"]
mod signatures;
#[path = "kit/timeline.rs"]
mod timeline;
#[path = "kit/wire.rs"]
mod wire;
#[path = "kit/world.rs"]
mod world;
