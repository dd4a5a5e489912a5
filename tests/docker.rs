//! Docker for real: the workbook on the image of docker-compose.yml, and the compose file itself.
//!
//! `cargo test --features docker`. It needs an engine that this user may use, and compose.

#![expect(clippy::unwrap_used, reason = "a test ends where it cannot go on")]
#![allow(clippy::disallowed_methods, reason = "tests start programs as a shell would")]

#[path = "docker/compose.rs"]
mod compose;

use std::process::Command;

use testcontainers::core::{IntoContainerPort, Mount, WaitFor};
use testcontainers::runners::SyncRunner;
use testcontainers::{GenericImage, ImageExt};

/// The image's name and tag, as the compose file has them.
fn image() -> (String, String) {
    let file = include_str!("../docker-compose.yml");
    let image = file.lines().find_map(|line| line.trim().strip_prefix("image: ")).unwrap();
    let (name, tag) = image.split_once(':').unwrap();
    (name.to_owned(), tag.to_owned())
}

#[test]
fn lessons_and_answers_hold_on_the_image_of_the_compose_file() {
    const READY: &str = "database system is ready to accept connections";
    let (name, tag) = image();
    let server = GenericImage::new(name, tag)
        .with_exposed_port(5432.tcp())
        // The server that makes the cluster says so on standard output.
        .with_wait_for(WaitFor::message_on_stderr(READY))
        .with_env_var("POSTGRES_PASSWORD", "of the test")
        // As our own clusters are in tests: in memory, and not waiting for a disk.
        .with_mount(Mount::tmpfs_mount("/var/lib/postgresql/data"))
        .with_cmd(["postgres", "-c", "fsync=off", "-c", "max_connections=200"])
        .start()
        .unwrap();
    let port = server.get_host_port_ipv4(5432.tcp()).unwrap();
    let host = server.get_host().unwrap();
    let url = format!("postgres://postgres:of%20the%20test@{host}:{port}/postgres");
    // The program that has all answers in it, built with the same features as this one.
    let status = Command::new(env!("CARGO"))
        .args(["test", "--quiet", "--features", "docker", "--test", "m*", "--test", "workbook"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("PGLINGS_SERVER", url)
        .status()
        .unwrap();
    assert!(status.success(), "the workbook does not hold on {:?}", image());
}
