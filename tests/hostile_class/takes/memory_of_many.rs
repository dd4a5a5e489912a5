//! # Taking 1.2 GiB of memory in eight processes
//!
//! the verdict | crashed: used more than 1024 MiB of memory | crashed: used more than 1024 MiB of memory

fn attempts(_: &mut postgres::Client) {
    let me = std::env::current_exe().unwrap();
    let start = |_| {
        // With the word that tells which of a learner's answers it is.
        let mut child = std::process::Command::new(&me);
        child.args(std::env::args().skip(1));
        let eats = "{\"hello\":{\"nonce\":\"\",\"limits\":{\"memory\":0,\"file\":0,\"tasks\":0},\"relay\":null}}\n";
        let mut child =
            child.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::null()).spawn();
        if let Ok(Some(stdin)) = child.as_mut().map(|child| child.stdin.as_mut()) {
            // A request that is long is kept whole.
            let _ = std::io::Write::write_all(stdin, eats.as_bytes());
            let _ = std::io::Write::write_all(stdin, &vec![b'x'; 150 << 20]);
        }
        child
    };
    let children: Vec<_> = (0..8).map(start).collect();
    std::thread::sleep(std::time::Duration::from_secs(60));
    drop(children);
}
