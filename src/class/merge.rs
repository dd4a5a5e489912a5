//! Joining the gradebooks of parts.

use std::collections::BTreeMap;

use super::gradebook::{FORMAT, Gradebook, Part, VERSION};

/// How many parts that are missing are named.
const NAMED: usize = 20;

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

/// Joins gradebooks of the same course: all parts of a class, or whole gradebooks. `Err` says how
/// they do not fit together.
pub fn merge(parts: Vec<(String, Gradebook)>) -> Result<Gradebook, String> {
    complete(&parts)?;
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
    whole.part = None;
    whole.settle();
    Ok(whole)
}

/// Whether each part is there: the learners of one that is missing would be missed by nobody.
fn complete(parts: &[(String, Gradebook)]) -> Result<(), String> {
    let Some(of) = parts.iter().find_map(|(_, gradebook)| gradebook.part).map(|part| part.of)
    else {
        return Ok(());
    };
    let mut numbers = BTreeMap::new();
    for (name, gradebook) in parts {
        let part = gradebook.part;
        let Some(Part { number, .. }) = part.filter(|part| part.of == of) else {
            return Err(format!("{name} is not one of {of} parts, as others are"));
        };
        if let Some(other) = numbers.insert(number, name) {
            return Err(format!("{other} and {name} are both part {number} of {of}"));
        }
    }
    let missing = (1..=of).filter(|number| !numbers.contains_key(number)).take(NAMED);
    let missing: Vec<String> = missing.map(|number| number.to_string()).collect();
    match missing.as_slice() {
        [] => Ok(()),
        [one] => Err(format!("part {one} of {of} is missing")),
        several => Err(format!("of {of} parts these are missing: {}", several.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class::gradebook::{Credit, Learner};

    fn part(id: &str, part: Option<(u64, u64)>) -> (String, Gradebook) {
        let learner = Learner {
            id: id.to_owned(),
            name: id.to_owned(),
            source: None,
            submitted: None,
            late: false,
            notes: Vec::new(),
            marks: BTreeMap::new(),
        };
        let gradebook = Gradebook {
            format: FORMAT.to_owned(),
            version: VERSION,
            pglings: "0.1.0".to_owned(),
            part: part.map(|(number, of)| Part { number, of }),
            course: String::new(),
            credit: Credit::Checks,
            exercises: Vec::new(),
            learners: vec![learner],
            answers: BTreeMap::new(),
        };
        (format!("of-{id}"), gradebook)
    }

    fn refusal(parts: &[(&str, Option<(u64, u64)>)]) -> String {
        merge(parts.iter().map(|(id, one)| part(id, *one)).collect()).err().unwrap()
    }

    #[test]
    fn all_parts_make_the_whole_in_any_order() {
        let whole = merge(vec![part("b", Some((2, 2))), part("a", Some((1, 2)))]).ok().unwrap();
        assert_eq!(whole.part, None);
        assert_eq!(
            whole.learners.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(),
            ["a", "b"]
        );
        assert!(merge(vec![part("b", None), part("a", None)]).is_ok(), "two classes");
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let first = ("a", Some((1, 3)));
        assert_eq!(refusal(&[first, ("b", Some((3, 3)))]), "part 2 of 3 is missing");
        assert_eq!(refusal(&[first]), "of 3 parts these are missing: 2, 3");
        assert_eq!(refusal(&[first, ("b", Some((1, 3)))]), "of-a and of-b are both part 1 of 3");
        assert_eq!(
            refusal(&[first, ("b", Some((2, 4)))]),
            "of-b is not one of 3 parts, as others are"
        );
        assert_eq!(refusal(&[first, ("b", None)]), "of-b is not one of 3 parts, as others are");
        assert_eq!(refusal(&[("a", None), ("a", None)]), "a is in of-a and in another part too");
        assert!(
            refusal(&[("a", Some((1, u64::MAX)))]).starts_with("of 18446744073709551615 parts")
        );
        assert_eq!(refusal(&[]), "there is none to join");
    }
}
