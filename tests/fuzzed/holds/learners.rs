//! What a learner types or has on the disk.

use clap::Parser;
use pglings::cli::Cli;
use pglings::exercise::files::{Workbook, write_whole};
use pglings::exercise::progress::Progress;
use pglings::postgres::address::Address;

use super::text;

/// A password, to be looked for where none may be.
const SECRET: &str = "hunter2secret";

/// Any words are a command, or a refusal with exit code 2 (0 for help), which tells no password.
pub(crate) fn command_line(data: &[u8]) {
    let text = text(data);
    let words = std::iter::once("pglings").chain(text.split(['\n', '\0']));
    if let Err(refusal) = Cli::try_parse_from(words) {
        assert!([0, 2].contains(&refusal.exit_code()), "{refusal}");
        assert!(!refusal.render().to_string().trim().is_empty());
    }
    let source = format!("ada:{SECRET}@{text}");
    if let Err(refusal) = Cli::try_parse_from(["pglings", "--server", &source]) {
        assert!(!refusal.render().to_string().contains(SECRET), "{refusal}");
    }
}

/// Any text is a connection string or is refused, and neither shows its password.
pub(crate) fn addresses(data: &[u8]) {
    let text = text(data);
    let hidden = [
        text.clone(),
        format!("postgres://ada:{SECRET}@{text}"),
        format!("postgres://ada:{SECRET}{text}"),
        format!("host=a password={SECRET}{text}"),
        format!("{text} password='{SECRET}"),
    ];
    for given in hidden {
        let shown = match Address::parse(&given) {
            Ok(address) => {
                // The name of no host has others, and no server answers there.
                let named =
                    |host: &str| host.chars().all(|c| c.is_ascii_alphanumeric() || c == '.');
                let there = address.socket().is_some_and(|(host, _)| named(&host));
                if there && !address.user().is_empty() {
                    let again = Address::parse(&address.url());
                    let again = again.unwrap_or_else(|error| panic!("{given:?}: {error}"));
                    assert_eq!(again.password(), address.password());
                    assert_eq!(again.user(), address.user());
                }
                // What was read as the name of a host is no secret, whatever it is.
                let is_secret = address.password().contains(SECRET);
                if is_secret { format!("{address} {address:?}") } else { String::new() }
            }
            Err(refusal) => refusal.to_string(),
        };
        assert!(text.contains(SECRET) || !shown.contains(SECRET), "{given:?}: {shown}");
    }
}

/// Any progress file can be read, changed and written, and what was written is read again.
pub(crate) fn progress(data: &[u8]) {
    let folder = tempfile::tempdir().unwrap();
    let workbook = Workbook::at(folder.path());
    write_whole(&folder.path().join(".pglings/progress.json"), data).unwrap();
    let insert = pglings::exercise::exercise("7").unwrap();
    let mut told = Vec::new();
    let progress = Progress::change(
        &workbook,
        |words| told.push(words),
        |progress| {
            progress.left_at("07_insert", progress.step("07_insert"));
            progress.next_hint(insert);
            progress.clone()
        },
    );
    assert!(told.iter().all(|words| words.contains("it is kept as")), "{told:?}");
    let again = Progress::load(&workbook);
    assert_eq!((again.progress, again.warning), (progress, None));
}
