//! Whose is what.

use super::*;
use crate::class::roster::Roster;

fn roster(csv: &str) -> Roster {
    let place = Place::new();
    place.put("roster.csv", csv);
    Roster::read(&place.at("roster.csv")).unwrap()
}

fn class(place: &Place, roster: &Roster) -> Intake {
    read(&[place.dir.path().to_owned()], Some(roster), &Course::default()).unwrap()
}

fn summary(intake: &Intake) -> Vec<(&str, &str, Option<&str>)> {
    let each = intake.learners.iter();
    each.map(|one| (one.id.as_str(), one.name.as_str(), one.source.as_deref())).collect()
}

#[test]
fn a_path_is_a_class_or_one_submission() {
    let ids = |place: &Place, paths: &[&str]| -> Vec<String> {
        let paths: Vec<_> = paths.iter().map(|path| place.at(path)).collect();
        let intake = read(&paths, None, &Course::default()).unwrap();
        intake.learners.into_iter().map(|one| one.id).collect()
    };
    let place = Place::new();
    place.put(&format!("c/ada/{INSERT}"), "a").put(&format!("c/bo/pglings/{INSERT}"), "a");
    place.put("c/cy.tar.gz", "").put("c/j.doe/7_insert.rs", "a").put("c/.git/x", "");
    let all = ["ada", "bo", "cy", "j.doe"];
    assert_eq!(ids(&place, &["c"]), all);
    // As a shell expands c/*, and with one of them named twice.
    assert_eq!(ids(&place, &["c/j.doe", "c/bo", "c/ada", "c/cy.tar.gz", "c/ada/../ada"]), all);
    assert_eq!(ids(&place, &["c/ada/exercises"]), ["ada"]);
    assert_eq!(ids(&place, &["c/bo/pglings"]), ["bo"]);
    let missing = read(&[place.at("nobody")], None, &Course::default());
    assert!(matches!(missing, Err(crate::Error::Usage(_))));
}

#[test]
fn what_is_no_submission_is_noted() {
    let place = Place::new();
    place.put("ada/07_insert.rs", "a").put("readme.txt", "x").put(".DS_Store", "x");
    place.put("class.xlsx", zip(&[("a.xml", b"")]));
    let intake = place.read();
    assert_eq!(intake.learners.len(), 1);
    assert_eq!(
        intake.notes,
        [
            "class.xlsx is no folder and no archive and was passed over.",
            "readme.txt is no folder and no archive and was passed over."
        ]
    );
}

#[test]
fn moodle_and_canvas_and_gradescope_are_understood() {
    let answer = || zip(&[("07_insert.rs", b"fn a() {}")]);
    let place = Place::new();
    place.put("Ada Lovelace_123_assignsubmission_file/x.zip", answer());
    place.put("Ada Lovelace_123_assignsubmission_onlinetext/onlinetext.html", "");
    place.put("hoppergrace_LATE_77_901_07_insert-1.rs", "fn a() {}");
    place.put("hoppergrace_LATE_77_902_08_select.rs", "fn b() {}");
    place.put("mary_07_insert.rs", "fn a() {}");
    place.put("submission_4711/s4.zip", answer()).put("submission_metadata.yml", "");
    let intake = place.read();
    let ids: Vec<_> = intake.learners.iter().map(|one| one.id.as_str()).collect();
    assert_eq!(ids, ["Ada Lovelace_123", "hoppergrace_77", "mary", "submission_4711"]);
    assert_eq!(intake.learners[0].name, "Ada Lovelace");
    assert!(intake.learners.iter().all(|one| text(one) == "fn a() {}"));
    assert_eq!(intake.learners[1].answers.len(), 2);

    let people = "id,name\ns1,Ada Lovelace\ns2,\"Hopper, Grace\"\ns3,Mary\ns4,Linus\ns5,Edsger\n";
    let intake = class(&place, &roster(people));
    let sources: Vec<_> =
        summary(&intake).into_iter().map(|(id, _, source)| (id, source)).collect();
    assert_eq!(sources[0], ("s1", Some("Ada Lovelace_123 and what belongs to it")));
    assert_eq!(sources[1], ("s2", Some("hoppergrace_77 and what belongs to it")));
    assert_eq!(
        sources[2..],
        [("s3", Some("mary_07_insert.rs")), ("s4", Some("submission_4711")), ("s5", None)]
    );
    noted(&intake.learners[3], "Only the name of a file in submission_4711 says whose it is.");
}

#[test]
fn what_fits_nobody_or_several_is_graded_under_its_name() {
    let people = roster("id,name\ns1,Ada Lovelace\ns2,Grace Hopper\n");
    let place = Place::new();
    place.put("Ada_Lovelace/07_insert.rs", "a").put("s2.zip", "");
    place.put("s1 s2/07_insert.rs", "a").put("mary/07_insert.rs", "a");
    let intake = class(&place, &people);
    let all = summary(&intake);
    assert_eq!(
        all,
        [
            ("mary", "mary", Some("mary")),
            ("s1", "Ada Lovelace", Some("Ada_Lovelace")),
            ("s1 s2", "s1 s2", Some("s1 s2")),
            ("s2", "Grace Hopper", Some("s2.zip"))
        ]
    );
    let notes = ["mary fits nobody on the roster.", "s1 s2 fits several on the roster: s1, s2."];
    assert_eq!(intake.notes, notes);
    noted(&intake.learners[0], notes[0]);
    noted(&intake.learners[2], notes[1]);
}

#[test]
fn nobody_hands_in_for_another() {
    let people = roster("id,name\ns1,Ada Lovelace\n");
    let place = Place::new();
    place.put("s1/07_insert.rs", "mine").aged("s1/07_insert.rs", 1_000);
    place.put("eve/s1/07_insert.rs", "not mine").aged("eve/s1/07_insert.rs", 2_000);
    let intake = class(&place, &people);
    assert_eq!(text(&intake.learners[0]), "mine");
    noted(&intake.learners[0], "Only the name of a file in eve says whose it is.");
}

#[test]
fn the_latest_submission_counts_and_the_others_are_named() {
    let place = Place::new();
    let people = roster("id,name\ns1,Ada\n");
    for (name, seconds) in [("s1 a", 1_000), ("s1 b", 3_000), ("s1 c", 3_000), ("s1 d", 2_000)] {
        let path = format!("{name}/07_insert.rs");
        place.put(&path, name).aged(&path, seconds);
    }
    // Later, and nothing to grade.
    place.put("s1 e.zip", "damaged").put("s1 f/07_insert.rs", "");
    let mut course =
        Course { due: chrono::DateTime::from_timestamp(3_000, 0), ..Course::default() };
    let ada = |course: &Course| {
        only(read(&[place.dir.path().to_owned()], Some(&people), course).unwrap())
    };
    let first = ada(&course);
    assert_eq!(text(&first), "s1 c");
    assert!(!first.late);
    noted(
        &first,
        "Of 6 submissions s1 c (1970-01-01T00:50:00Z) counts, not s1 a (1970-01-01T00:16:40Z), ",
    );
    noted(&first, "no archive, or a damaged one.");
    course.due = chrono::DateTime::from_timestamp(2_999, 0);
    assert!(ada(&course).late);
}

#[test]
fn only_the_exercises_of_the_course_are_taken() {
    let place = Place::new();
    place.put("ada/07_insert.rs", "a").put("ada/08_select.rs", "a");
    let course = Course::default().only(&["8".to_owned()]).unwrap();
    let ada = only(read(&[place.dir.path().to_owned()], None, &course).unwrap());
    assert_eq!(ada.answers.into_keys().collect::<Vec<_>>(), ["08_select"]);
    assert_eq!(ada.notes, [""; 0]);
}

#[test]
fn the_order_in_which_things_were_made_does_not_matter() {
    let names = ["zoe/a/07_insert.rs", "zoe/b/07_insert.rs", "ada/07_insert.rs", "bo.zip", "x.txt"];
    let build = |names: &mut dyn Iterator<Item = &&str>| {
        let place = Place::new();
        names.for_each(|name| {
            place.put(name, name).aged(name, 1_000);
        });
        let intake = place.read();
        assert_eq!(name_of(place.dir.path()).split('-').next(), Some("class"));
        intake
    };
    assert_eq!(build(&mut names.iter()), build(&mut names.iter().rev()));
}
