//! What a course asks for: which exercises, for how many points, until when.

use std::fs;
use std::ops::Range;
use std::path::Path;

use chrono::{DateTime, FixedOffset, Offset, Utc};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::gradebook::Credit;
use crate::error::{Error, Result};
use crate::exercise::{Exercise, exercise, exercises};

/// What may stand in a course's file.
const KEYS: &str = "name, due, credit, points, [exercises]";
/// More points than this for one exercise are a slip of the finger.
const MOST_POINTS: u32 = 1_000_000;

/// An exercise and what passing it is worth.
pub type Graded = (&'static Exercise, u32);

/// A course.
#[derive(Clone)]
pub struct Course {
    /// Its name; empty if it has none.
    pub name: String,
    /// What is handed in after this is late.
    pub due: Option<DateTime<Utc>>,
    /// The offset that `due` was written with. Times in zip archives have no zone, and are taken to
    /// be of this one.
    pub zone: FixedOffset,
    /// How an answer that did not pass whole is credited.
    pub credit: Credit,
    /// What is graded and its points, in the workbook's order.
    pub exercises: Vec<Graded>,
}

impl Default for Course {
    /// Every exercise, for one point each.
    fn default() -> Course {
        Course {
            name: String::new(),
            due: None,
            zone: Utc.fix(),
            credit: Credit::default(),
            exercises: exercises().iter().map(|exercise| (exercise, 1)).collect(),
        }
    }
}

impl Course {
    /// Reads a course's file.
    pub fn read(path: &Path) -> Result<Course> {
        let bytes = fs::read(path)
            .map_err(|error| Error::Usage(format!("cannot read {}: {error}.", path.display())))?;
        let text = String::from_utf8(bytes)
            .map_err(|_| Error::Usage(format!("{} is not UTF-8.", path.display())))?;
        Course::parse(&text)
            .map_err(|(line, why)| Error::Usage(format!("{}, line {line}: {why}.", path.display())))
    }

    /// The course with these exercises alone; with all of its own if none is named.
    pub fn only(mut self, named: &[String]) -> Result<Course> {
        let mut wanted = Vec::new();
        for name in named {
            let found = self
                .exercises
                .iter()
                .find(|(one, _)| exercise(name).is_some_and(|e| e.stem == one.stem));
            let (found, _) = found.ok_or_else(|| {
                let known = stems(self.exercises.iter().map(|(one, _)| *one));
                Error::Usage(format!("The course has no exercise {name}. It has {known}."))
            })?;
            wanted.push(found.stem);
        }
        self.exercises.retain(|(one, _)| wanted.is_empty() || wanted.contains(&one.stem));
        Ok(self)
    }

    /// `Err` is the line and what is wrong there.
    fn parse(text: &str) -> Result<Course, (usize, String)> {
        let line =
            |span: Range<usize>| text[..span.start.min(text.len())].matches('\n').count() + 1;
        let wrong = |span: Range<usize>, why: String| (line(span), why);
        let table = DeTable::parse(text)
            .map_err(|error| wrong(error.span().unwrap_or(0..0), error.message().to_owned()))?;
        let mut course = Course::default();
        let (mut points, mut chosen) = (1, None);
        for (key, value) in table.get_ref() {
            let at = |why: String| wrong(value.span(), why);
            match key.get_ref().as_ref() {
                "name" => course.name = string(value).ok_or_else(|| at("name is a text".into()))?,
                "due" => {
                    let due = due(value).map_err(at)?;
                    course.zone = *due.offset();
                    course.due = Some(due.to_utc());
                }
                "credit" => course.credit = credit(value).map_err(at)?,
                "points" => points = number(value).map_err(at)?,
                "exercises" => {
                    chosen = Some(value.get_ref().as_table().ok_or_else(|| {
                        at("exercises is a table of names and points, such as 07_insert = 2".into())
                    })?);
                }
                other => {
                    let why = format!("there is no {other} in a course; there are {KEYS}");
                    return Err(wrong(key.span(), why));
                }
            }
        }
        course.exercises.iter_mut().for_each(|(_, worth)| *worth = points);
        if let Some(chosen) = chosen {
            course.exercises = choose(chosen).map_err(|(span, why)| wrong(span, why))?;
        }
        Ok(course)
    }
}

/// The exercises of the table, in the workbook's order.
fn choose(table: &DeTable<'_>) -> Result<Vec<Graded>, (Range<usize>, String)> {
    let mut chosen: Vec<Graded> = Vec::new();
    for (key, value) in table {
        let name = key.get_ref().as_ref();
        let found = exercise(name).ok_or_else(|| {
            let known = stems(exercises().iter());
            (key.span(), format!("there is no exercise {name}; there are {known}"))
        })?;
        if chosen.iter().any(|(one, _)| one.stem == found.stem) {
            return Err((key.span(), format!("{} is there twice", found.stem)));
        }
        chosen.push((found, number(value).map_err(|why| (value.span(), why))?));
    }
    chosen.sort_by_key(|(one, _)| one.number);
    Ok(chosen)
}

fn stems<'a>(all: impl Iterator<Item = &'a Exercise>) -> String {
    all.map(|one| one.stem).collect::<Vec<_>>().join(", ")
}

fn string(value: &Spanned<DeValue<'_>>) -> Option<String> {
    value.get_ref().as_str().map(str::to_owned)
}

fn number(value: &Spanned<DeValue<'_>>) -> Result<u32, String> {
    let number = value.get_ref().as_integer();
    number
        .and_then(|number| u32::from_str_radix(number.as_str(), number.radix()).ok())
        .filter(|number| *number <= MOST_POINTS)
        .ok_or_else(|| format!("points are a whole number from 0 to {MOST_POINTS}"))
}

fn credit(value: &Spanned<DeValue<'_>>) -> Result<Credit, String> {
    match value.get_ref().as_str() {
        Some("checks") => Ok(Credit::Checks),
        Some("whole") => Ok(Credit::Whole),
        _ => Err("credit is \"checks\" or \"whole\"".to_owned()),
    }
}

/// A TOML datetime or the same as a text. Without an offset it would be another moment on every
/// machine.
fn due(value: &Spanned<DeValue<'_>>) -> Result<DateTime<FixedOffset>, String> {
    let value = value.get_ref();
    let text = match value.as_datetime() {
        Some(datetime) => datetime.to_string(),
        None => value.as_str().unwrap_or_default().to_owned(),
    };
    DateTime::parse_from_rfc3339(&text).map_err(|_| {
        "due is a date and time with its offset, such as 2026-11-21T23:59:00+01:00".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong(text: &str) -> (usize, String) {
        Course::parse(text).err().unwrap()
    }

    #[test]
    fn without_a_file_everything_is_worth_a_point() {
        let course = Course::default();
        assert_eq!(course.exercises.len(), exercises().len());
        assert!(course.exercises.iter().all(|(_, points)| *points == 1));
    }

    #[test]
    fn a_course_is_read() {
        let course = Course::parse(
            "name = \"Databases\"\ndue = 2026-11-21T23:59:00+01:00\ncredit = \"whole\"\n\
             points = 3\n[exercises]\nselect = 5\n\"07_insert\" = 2\n",
        );
        let course = course.ok().unwrap();
        assert_eq!(course.name, "Databases");
        assert_eq!(course.due.unwrap().to_rfc3339(), "2026-11-21T22:59:00+00:00");
        assert_eq!(course.zone.local_minus_utc(), 3600);
        assert_eq!(course.credit, Credit::Whole);
        let chosen: Vec<_> =
            course.exercises.iter().map(|(one, worth)| (one.stem, *worth)).collect();
        assert_eq!(chosen, [("07_insert", 2), ("08_select", 5)]);
    }

    #[test]
    fn default_points_are_those_of_all_exercises() {
        let course = Course::parse("points = 4\ndue = \"2026-11-21T23:59:00Z\"").ok().unwrap();
        assert!(course.exercises.iter().all(|(_, points)| *points == 4));
        assert!(course.due.is_some());
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_what_is_known() {
        let (line, why) = wrong("name = \"a\"\npionts = 2\n");
        assert_eq!(line, 2);
        assert_eq!(why, format!("there is no pionts in a course; there are {KEYS}"));
        let (line, why) = wrong("[exercises]\n7 = 1\ninsrt = 2");
        assert_eq!(line, 3);
        assert!(why.starts_with("there is no exercise insrt; there are 01_persistence, "), "{why}");
        assert_eq!(wrong("[exercises]\n7 = 1\ninsert = 2").0, 3);
        assert_eq!(wrong("\n\ndue = 2026-11-21T23:59:00").0, 3);
        assert_eq!(wrong("credit = \"half\"").1, "credit is \"checks\" or \"whole\"");
        assert_eq!(wrong("points = -1").0, 1);
        assert_eq!(wrong("\nname = ").0, 2);
    }

    #[test]
    fn only_the_named_ones_are_graded() {
        let named = |names: &[&str]| {
            Course::default().only(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
        };
        let stems: Vec<_> = named(&["8", "insert"])
            .ok()
            .unwrap()
            .exercises
            .iter()
            .map(|(one, _)| one.stem)
            .collect();
        assert_eq!(stems, ["07_insert", "08_select"]);
        assert_eq!(named(&[]).ok().unwrap().exercises.len(), exercises().len());
        assert!(named(&["nothing"]).is_err());
    }
}
