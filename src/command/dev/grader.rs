//! What a grader has to leave to the kit.

/// What opens a port or makes a folder that an answer in a sandbox could not reach, with what does it
/// in a way that it can.
const OPENERS: [(&str, &str); 7] = [
    ("TcpListener::bind", "t.listen()"),
    ("UdpSocket", "t.listen()"),
    ("UnixListener", "t.listen()"),
    ("TcpSocket", "t.listen()"),
    ("tempfile", "t.folder()"),
    ("tempdir", "t.folder()"),
    ("temp_dir", "t.folder()"),
];

/// What a grader opens by itself, with the question of the kit that does it instead.
pub(super) fn opens(grader: &str) -> Option<(&'static str, &'static str)> {
    let code = || grader.lines().filter(|line| !line.trim_start().starts_with("//"));
    OPENERS.into_iter().find(|(opener, _)| code().any(|line| line.contains(opener)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grader_opens_nothing_by_itself() {
        let bound = "let port = TcpListener::bind(\"127.0.0.1:0\")?;";
        assert_eq!(opens(bound), Some(("TcpListener::bind", "t.listen()")));
        assert_eq!(
            opens("let dir = std::env::temp_dir();").map(|found| found.1),
            Some("t.folder()")
        );
        assert_eq!(opens("// no TcpListener::bind here\nlet listener = t.listen()?;"), None);
    }
}
