//! What the servers of private clusters are started with.

/// The loopback only, no sockets, and no waiting for the disk: what is lost in a power cut here is
/// a lesson's database. Room for 200 sessions, since pools are a subject.
pub(in crate::postgres) fn settings(port: u16) -> String {
    let settings = [
        "listen_addresses=127.0.0.1",
        "unix_socket_directories=",
        "max_connections=200",
        "shared_buffers=64MB",
        // It takes longer to compile a query than any of ours to run.
        "jit=off",
        // Files of its own folder: what a server that is killed leaves in /dev/shm, nobody removes.
        #[cfg(unix)]
        "dynamic_shared_memory_type=mmap",
        "fsync=off",
        "synchronous_commit=off",
        "full_page_writes=off",
        "timezone=UTC",
        "log_timezone=UTC",
        "lc_messages=C",
        "password_encryption=scram-sha-256",
    ];
    let mut options = format!("-p {port}");
    for setting in settings {
        options.push_str(" -c ");
        options.push_str(setting);
    }
    options
}
