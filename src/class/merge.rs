//! Joining the gradebooks of parts.

use super::gradebook::{FORMAT, Gradebook, VERSION};

/// Reads a gradebook. `Err` says what is wrong with it.
pub fn read(text: &str) -> Result<Gradebook, String> {
    let gradebook: Gradebook =
        serde_json::from_str(text).map_err(|error| format!("it is no gradebook: {error}"))?;
    if gradebook.format != FORMAT {
        return Err("it is no gradebook of pglings".to_owned());
    }
    if gradebook.version > VERSION {
        return Err(format!("it is of version {}, which is newer", gradebook.version));
    }
    Ok(gradebook)
}

/// Joins gradebooks of the same course. `Err` says how they do not fit together.
pub fn merge(parts: Vec<(String, Gradebook)>) -> Result<Gradebook, String> {
    let mut parts = parts.into_iter();
    let Some((first, mut whole)) = parts.next() else {
        return Err("there is none to join".to_owned());
    };
    for (name, part) in parts {
        let same = |what: &str, same: bool| {
            if same { Ok(()) } else { Err(format!("{first} and {name} differ in {what}")) }
        };
        same("the version of pglings", part.pglings == whole.pglings)?;
        same("the course", part.course == whole.course && part.credit == whole.credit)?;
        same("the exercises", part.exercises == whole.exercises)?;
        for learner in part.learners {
            if whole.learners.iter().any(|known| known.id == learner.id) {
                return Err(format!("{} is in {name} and in another part too", learner.id));
            }
            whole.learners.push(learner);
        }
        // Of an answer that was judged in both, the verdicts are the same but for chance.
        for (key, graded) in part.answers {
            whole.answers.entry(key).or_insert(graded);
        }
    }
    whole.settle();
    Ok(whole)
}
