use std::path::Path;

use serde_json::Value;

use super::sample::{HOSTILE, sample};
use super::text::clean;
use super::*;
use crate::class::gradebook::{Column, Credit, Gradebook, Learner};

/// A learner's document in each of the three formats, as values.
fn of_one(gradebook: &Gradebook, make: fn(&Gradebook, &Learner) -> String) -> Vec<Value> {
    let learners = gradebook.learners.iter();
    learners.map(|learner| serde_json::from_str(&make(gradebook, learner)).unwrap()).collect()
}

fn hundredths(value: &Value) -> u64 {
    (value.as_f64().unwrap() * 100.0).round() as u64
}

/// Control characters are legal in JSON, as escapes, and in no page that shows them.
fn holds_no_controls(value: &Value) {
    match value {
        Value::String(text) => assert_eq!(&clean(text), text),
        Value::Array(values) => values.iter().for_each(holds_no_controls),
        Value::Object(values) => values.values().for_each(holds_no_controls),
        _ => {}
    }
}

/// The files in `deploy/samples` show the formats, and `deploy/check.py` holds them against the
/// formats' own rules. `PGLINGS_BLESS=1` writes them.
#[test]
fn the_samples_are_what_is_written() {
    let (book, folder) = (sample(), Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/samples"));
    let mut files = vec![
        ("gradebook.json".to_owned(), json::document(&book)),
        ("gradebook.csv".to_owned(), csv::gradebook(&book)),
        ("verdicts.csv".to_owned(), csv::verdicts(&book)),
        ("junit.xml".to_owned(), junit::document(&book)),
    ];
    for learner in &book.learners {
        files
            .push((format!("gradescope/{}.json", learner.id), gradescope::results(&book, learner)));
        let text = prairielearn::results(&book, learner);
        files.push((format!("prairielearn/{}.json", learner.id), text));
        files.push((
            format!("classroom50/{}.json", learner.id),
            classroom50::result(&book, learner),
        ));
    }
    for (name, text) in files {
        let path = folder.join(&name);
        if std::env::var_os("PGLINGS_BLESS").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), text, "{name}");
    }
}

#[test]
fn the_gradebook_reads_back_from_json() {
    let read: Gradebook = serde_json::from_str(&json::document(&sample())).unwrap();
    assert_eq!(read, sample());
}

#[test]
fn points_are_exact_and_add_up_everywhere() {
    let mut book = sample();
    book.exercises.iter_mut().for_each(|column| column.points = 1);
    // A third of one point, and two whole ones beside it.
    book.learners[0].marks.get_mut("07_insert").unwrap().answer = Some("bob-7".to_owned());
    let ada = &book.learners[0];
    assert_eq!(book.total(ada), 233);
    let text = csv::gradebook(&book);
    assert_eq!(text.lines().nth(1).unwrap(), "ada,ADA,2026-11-21T08:00:00Z,false,2.33,3,0.33,1,1");
    let gradescope = &of_one(&book, gradescope::results)[0];
    assert_eq!(gradescope["score"].to_string(), "2.33");
    assert_eq!(gradescope["tests"][0]["score"].to_string(), "0.33");
    let classroom = &of_one(&book, classroom50::result)[0];
    assert_eq!((&classroom["score"], &classroom["max-score"]), (&233.into(), &300.into()));
    book.credit = Credit::Whole;
    let classroom = &of_one(&book, classroom50::result)[0];
    assert_eq!((&classroom["score"], &classroom["max-score"]), (&2.into(), &3.into()));
}

#[test]
fn gradescope_gets_what_its_specification_allows() {
    let book = sample();
    for (learner, value) in book.learners.iter().zip(of_one(&book, gradescope::results)) {
        holds_no_controls(&value);
        assert_eq!(hundredths(&value["score"]), book.total(learner));
        let tests = value["tests"].as_array().unwrap();
        assert_eq!(tests.iter().map(|t| hundredths(&t["score"])).sum::<u64>(), book.total(learner));
        for test in tests {
            assert!(["passed", "failed"].contains(&test["status"].as_str().unwrap()));
            assert!(hundredths(&test["score"]) <= hundredths(&test["max_score"]));
            assert!(test["number"].is_string() && test["name"].is_string());
            // Anything else would be markup that a learner wrote.
            assert_eq!(
                (&test["output_format"], &test["name_format"]),
                (&"text".into(), &"text".into())
            );
        }
    }
}

#[test]
fn prairielearn_takes_no_attempt_for_what_could_not_be_run() {
    let book = sample();
    let all = of_one(&book, prairielearn::results);
    let gradable: Vec<_> = all.iter().map(|value| value["gradable"].as_bool().unwrap()).collect();
    // Ada and Bob ran; the server failed Eve; Kim's files and Zoe's are none.
    assert_eq!(gradable, [true, true, false, false, false]);
    for value in &all {
        holds_no_controls(value);
        assert!((0.0..=1.0).contains(&value["score"].as_f64().unwrap()));
        assert_eq!(value["gradable"] == false, value["format_errors"].is_array());
        for test in value["tests"].as_array().unwrap() {
            assert!(hundredths(&test["points"]) <= hundredths(&test["max_points"]));
        }
    }
    assert_eq!(all[0]["score"], 1.0);
    assert_eq!(all[3]["format_errors"][1], "8. SELECT: a title: cannot be read\nit is not UTF-8");
}

#[test]
fn prairielearn_gets_less_than_a_megabyte() {
    let mut book = sample();
    let column = book.exercises[0].clone();
    book.exercises = (0..90).map(|n| Column { name: format!("{n}"), ..column.clone() }).collect();
    for key in ["bob-7", "eve-8"] {
        let answer = book.answers.get_mut(key).unwrap();
        answer.message = "\"".repeat(3 * 1024);
        answer.output = "\u{0}".repeat(3 * 1024);
        let mark = crate::class::gradebook::Mark {
            status: answer.status,
            answer: Some(key.to_owned()),
            message: String::new(),
        };
        book.learners[1].marks = (0..90).map(|n| (format!("{n}"), mark.clone())).collect();
        let text = prairielearn::results(&book, &book.learners[1]);
        assert!(text.len() < 1_000_000, "{key}: {}", text.len());
    }
}

#[test]
fn classroom_50_gets_integers() {
    let book = sample();
    for value in of_one(&book, classroom50::result) {
        holds_no_controls(&value);
        assert_eq!(value["schema"], "classroom50/result/v1");
        let tests = value["tests"].as_array().unwrap();
        for (name, most) in [("score", "max-score"), ("max-score", "max-score")] {
            let sum: u64 = tests.iter().map(|test| test[name].as_u64().unwrap()).sum();
            assert_eq!(value[name].as_u64().unwrap(), sum);
            assert!(tests.iter().all(|test| test[name].as_u64() <= test[most].as_u64()));
        }
        assert!(tests.iter().all(|t| t["passed"].is_boolean() && t["test-name"] != ""));
    }
}

#[test]
fn junit_counts_what_it_holds_and_holds_what_xml_allows() {
    let text = junit::document(&sample());
    let legal = |c| matches!(c, '\n' | ' '..='\u{fffd}' | '\u{10000}'..);
    assert_eq!(text.chars().find(|c| !legal(*c)), None);
    let report = quick_junit::Report::deserialize_from_str(&text).unwrap();
    assert_eq!(report.test_suites.len(), 5);
    let all: Vec<_> = report
        .test_suites
        .iter()
        .map(|suite| (suite.tests, suite.failures, suite.errors))
        .collect();
    assert_eq!(all, [(3, 0, 0), (6, 3, 0), (3, 1, 2), (3, 1, 0), (3, 0, 0)]);
    // One check of Bob's, two files of Kim's, three of Zoe's.
    assert_eq!(text.matches("<skipped").count(), 6);
    assert!(!text.contains("<script>"));
}

#[test]
fn a_learners_text_begins_no_cell_as_a_formula() {
    let book = sample();
    for text in [csv::gradebook(&book), csv::verdicts(&book)] {
        assert!(!text.starts_with('\u{feff}') && text.ends_with("\r\n"));
        let mut reader = ::csv::ReaderBuilder::new().from_reader(text.as_bytes());
        let records: Vec<_> = reader.records().map(Result::unwrap).collect();
        for cell in records.iter().flatten() {
            for part in cell.split([';', '\n', '\t']) {
                assert!(!part.starts_with(['=', '+', '-', '@']), "{cell:?}");
            }
        }
    }
    assert!(csv::gradebook(&book).contains(&clean(HOSTILE)[1..5]));
}

/// What fits of a value into a schema, as far as fields and types go. `deploy/check.py` asks the
/// rest; this is here so that a field that is new in the gradebook is seen without Python.
fn fits(schema: &Value, root: &Value, value: &Value, at: &str) {
    if let Some(name) = schema["$ref"].as_str() {
        return fits(root.pointer(&name[1..]).unwrap(), root, value, at);
    }
    let (kind, fields) = match value {
        Value::Null => ("null", None),
        Value::Bool(_) => ("boolean", None),
        Value::Number(_) => ("integer", None),
        Value::String(_) => ("string", None),
        Value::Array(items) => {
            items.iter().for_each(|item| fits(&schema["items"], root, item, at));
            ("array", None)
        }
        Value::Object(fields) => ("object", Some(fields)),
    };
    let types = &schema["type"];
    let is = types == kind || types.as_array().is_some_and(|all| all.contains(&kind.into()));
    let named = schema["const"] == *value
        || schema["enum"].as_array().is_some_and(|all| all.contains(value));
    assert!(is || named, "{at}: {value} is not {types}");
    let Some(fields) = fields else { return };
    for (name, field) in fields {
        let known = schema["properties"].get(name).unwrap_or(&schema["additionalProperties"]);
        assert!(known.is_object(), "{at}.{name} is not in the schema");
        fits(known, root, field, &format!("{at}.{name}"));
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        assert!(fields.contains_key(name.as_str().unwrap()), "{at}.{name} is missing");
    }
}

#[test]
fn the_schema_knows_every_field_of_the_gradebook() {
    let schema = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/gradebook.schema.json"));
    let schema: Value = serde_json::from_str(schema).unwrap();
    let value = serde_json::from_str(&json::document(&sample())).unwrap();
    fits(&schema, &schema, &value, "gradebook");
}
