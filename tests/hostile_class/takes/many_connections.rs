//! # Opening 500 connections that do not say who they are
//!
//! the verdict | failed or timed_out | failed or timed_out

fn attempts(_: &mut postgres::Client) {
    // In bubblewrap it sees the port; elsewhere it tries all that the grader could have.
    let listed = std::fs::read_to_string("/proc/self/net/tcp").unwrap_or_default();
    let listed = listed.lines().skip(1).find_map(|line| {
        let local = line.split_ascii_whitespace().nth(1)?;
        u16::from_str_radix(local.split(':').nth(1)?, 16).ok()
    });
    let ports = listed.map_or(10_000..=30_000, |port| port..=port);
    let mut streams = Vec::new();
    for port in ports {
        while streams.len() < 500 {
            match std::net::TcpStream::connect(("127.0.0.1", port)) {
                Ok(stream) => streams.push(stream),
                Err(_) => break,
            }
        }
    }
    std::thread::sleep(std::time::Duration::from_secs(3));
}
