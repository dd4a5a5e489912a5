//! What is declared of the files of a folder, held against what they get in a sandbox.

use pglings::class::gradebook::Graded;
use pglings::grade::verdict::{State, Status};

use crate::corpus::{self, File};
use crate::room::Room;

/// The row that is judged by the verdict.
pub(crate) const VERDICT: &str = "the verdict";

fn word(status: Status) -> String {
    let word = serde_json::to_value(status).unwrap();
    word.as_str().unwrap().to_owned()
}

/// Whether a verdict is one that is declared: statuses, and a part of the message, which may be another
/// one where the grader is root.
pub(crate) fn fits(declared: &str, graded: &Graded) -> bool {
    let (statuses, part) = declared.split_once(": ").unwrap_or((declared, ""));
    let failed = graded.checks.iter().find_map(|check| match &check.state {
        State::Failed(message) => Some(message.clone()),
        _ => None,
    });
    let said = format!("{}\n{}", graded.message, failed.unwrap_or_default());
    statuses.split(" or ").any(|status| status == word(graded.status))
        && part.split(" or ").any(|part| said.contains(part))
}

/// Has `attempt` judge each file of the folder. It adds what else it finds to the faults, and returns
/// the verdict and what tells, of a row that is not judged by it, whether an attempt got what is
/// declared.
pub(crate) fn each_gets<G>(
    room: &Room,
    folder: &str,
    attempt: impl Fn(&File, &mut Vec<String>) -> (Graded, G),
) where
    G: Fn(&str, &str, &Graded) -> bool,
{
    let mut faults = Vec::new();
    for file in corpus::files(folder).iter().filter(|file| corpus::wanted(&file.name)) {
        let (mut graded, got) = attempt(file, &mut faults);
        if std::env::var_os("PGLINGS_HOSTILE_TOLD").is_some() {
            eprintln!("{}: {:?} {:.300}", file.name, graded.status, graded.message);
        }
        // The answer itself can be a megabyte.
        graded.text.clear();
        for row in &file.rows {
            let declared = row.declared(room.kind());
            let holds = match row.attempt.as_str() {
                VERDICT => fits(declared, &graded),
                other => got(other, declared, &graded),
            };
            if !holds {
                let (name, attempt) = (&file.name, &row.attempt);
                faults.push(format!(
                    "{name}: {attempt}: declared {declared}, and it was {graded:#?}"
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
