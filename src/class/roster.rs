//! The list of a class: who is in it, and whose name or id stands in the name of a submission.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use crate::error::{Error, Result};

/// Headings of an id, letters and digits alone. The first column of these is the id; what others
/// hold tells a learner too.
const IDS: [&str; 14] = [
    "id",
    "studentid",
    "sisuserid",
    "sid",
    "idnumber",
    "studentnumber",
    "matriculationnumber",
    "orgdefinedid",
    "username",
    "sisloginid",
    "login",
    "email",
    "emailaddress",
    "identifier",
];
const NAMES: [&str; 5] = ["name", "fullname", "student", "studentname", "displayname"];
const FIRST: [&str; 3] = ["firstname", "givenname", "first"];
const LAST: [&str; 4] = ["lastname", "surname", "familyname", "last"];

/// The learners of a class.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roster {
    /// In the order of the file.
    pub people: Vec<Person>,
}

/// One learner of the class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// What tells this learner from all others.
    pub id: String,
    /// The name to show; the id if the roster has none.
    pub name: String,
    /// The id and what else stands for it, as words.
    ids: Vec<Vec<String>>,
    /// The name as words.
    words: Vec<String>,
}

/// Who is named in a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// No one on the roster.
    Nobody,
    /// The index of the one.
    One(usize),
    /// The indexes of several, of whom none fits better.
    Several(Vec<usize>),
}

impl Roster {
    /// Reads a roster.
    pub fn read(path: &Path) -> Result<Roster> {
        let bytes = fs::read(path)
            .map_err(|error| Error::Usage(format!("cannot read {}: {error}.", path.display())))?;
        Roster::parse(&bytes).map_err(|why| Error::Usage(format!("{}: {why}.", path.display())))
    }

    /// Who is named in this text, part of the path of a submission: by id, or else by name, as whole
    /// words. An id and somebody else's name leave it open.
    pub fn whose(&self, text: &str) -> Whose {
        let path = words(text);
        let by_name = self.best(|person| named(&person.words, &path).then_some(person.words.len()));
        // The id `ada` is not meant where the name Ada Lovelace stands.
        let in_a_name = |id: &[String]| {
            by_name.iter().any(|index| {
                let name = &self.people[*index].words;
                name.len() > id.len() && within(id, name)
            })
        };
        let by_id = self.best(|person| {
            let fits = person.ids.iter().filter(|id| within(id, &path));
            fits.filter(|id| !in_a_name(id)).map(Vec::len).max()
        });
        let mut both = by_id.clone();
        both.extend(by_name.iter().filter(|one| !by_id.contains(one)));
        match (by_id.as_slice(), by_name.as_slice(), both.as_slice()) {
            (.., []) => Whose::Nobody,
            (.., [one]) => Whose::One(*one),
            // Two of the same name, of whom the id tells one.
            ([one], names, _) if names.contains(one) => Whose::One(*one),
            _ => Whose::Several(both),
        }
    }

    /// Those who fit with the most words: `ada-2` is not `ada`.
    fn best(&self, fit: impl Fn(&Person) -> Option<usize>) -> Vec<usize> {
        let fits: Vec<_> = self.people.iter().map(fit).collect();
        let most = fits.iter().flatten().max();
        let best = fits.iter().enumerate().filter(|(_, fit)| fit.is_some() && fit.as_ref() == most);
        best.map(|(index, _)| index).collect()
    }

    fn parse(bytes: &[u8]) -> Result<Roster, String> {
        let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
        let mut csv = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter(bytes))
            .from_reader(bytes);
        let mut columns = None;
        let mut people = Vec::new();
        let mut lines: BTreeMap<Vec<String>, u64> = BTreeMap::new();
        for record in csv.records() {
            let record = record.map_err(|error| match error.position() {
                Some(at) => format!("line {} is no CSV in UTF-8", at.line()),
                None => format!("it is no CSV: {error}"),
            })?;
            let line = record.position().map_or(0, csv::Position::line);
            let Some(columns) = &columns else {
                columns = Some(Columns::of(&record)?);
                continue;
            };
            let Some(person) = columns.person(&record, line)? else { continue };
            if let Some(first) = lines.insert(words(&person.id), line) {
                return Err(format!("lines {first} and {line} have the same id {}", person.id));
            }
            people.push(person);
        }
        if people.is_empty() {
            return Err("it has no learners: the first line is the heading, such as id,name".into());
        }
        Ok(Roster { people })
    }
}

/// What stands between the fields, going by the heading: spreadsheets of half the world write `;`.
fn delimiter(bytes: &[u8]) -> u8 {
    let heading = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |sign: u8| heading.iter().filter(|byte| **byte == sign).count();
    // The last of the most: a comma, where there is none of them.
    [b'\t', b';', b','].into_iter().max_by_key(|sign| count(*sign)).unwrap_or(b',')
}

/// The columns that matter, by index.
struct Columns {
    ids: Vec<usize>,
    name: Option<usize>,
    first: Option<usize>,
    last: Option<usize>,
}

impl Columns {
    fn of(heading: &StringRecord) -> Result<Columns, String> {
        let plain: Vec<String> = heading.iter().map(|cell| words(cell).concat()).collect();
        let find = |known: &[&str]| {
            known.iter().find_map(|known| plain.iter().position(|cell| cell == known))
        };
        let columns = Columns {
            ids: IDS.iter().filter_map(|id| find(&[id])).collect(),
            name: find(&NAMES),
            first: find(&FIRST),
            last: find(&LAST),
        };
        if columns.ids.is_empty() {
            let there: Vec<_> = heading.iter().map(|cell| format!("\"{cell}\"")).collect();
            return Err(format!(
                "no column of it is an id, such as id, Student ID, SIS User ID or Email; it has {}",
                there.join(", ")
            ));
        }
        Ok(columns)
    }

    fn person(&self, record: &StringRecord, line: u64) -> Result<Option<Person>, String> {
        let cell = |index: usize| record.get(index).map(str::trim).filter(|cell| !cell.is_empty());
        let ids: Vec<&str> = self.ids.iter().filter_map(|index| cell(*index)).collect();
        let of = |index: Option<usize>| index.and_then(cell);
        let name = of(self.name).map(str::to_owned).or_else(|| {
            let parts: Vec<_> = [of(self.first), of(self.last)].into_iter().flatten().collect();
            (!parts.is_empty()).then(|| parts.join(" "))
        });
        let Some(id) = ids.first() else {
            // Empty lines, and the line of the gradebook of Canvas that is no learner.
            return match name {
                Some(name) if name != "Points Possible" => Err(format!("line {line} has no id")),
                _ => Ok(None),
            };
        };
        let name = name.unwrap_or_else(|| (*id).to_owned());
        let all = ids.iter().map(|id| words(id)).filter(|id| !id.is_empty());
        Ok(Some(Person { id: (*id).to_owned(), ids: all.collect(), words: words(&name), name }))
    }
}

/// The words of a text in lower case, without accents: what one system writes, the next leaves out.
fn words(text: &str) -> Vec<String> {
    let plain: String = text.nfkd().filter(|c| !is_combining_mark(*c)).collect();
    plain
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Whether these words stand in a path one after another.
fn within(words: &[String], path: &[String]) -> bool {
    !words.is_empty() && path.windows(words.len()).any(|window| window == words)
}

/// Whether a name stands in a path: as it is, with the last name first, or all in one word.
fn named(name: &[String], path: &[String]) -> bool {
    (0..name.len()).any(|first| {
        let turned = [&name[first..], &name[..first]].concat();
        within(&turned, path) || path.contains(&turned.concat())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roster(csv: &str) -> Roster {
        Roster::parse(csv.as_bytes()).unwrap()
    }

    fn wrong(csv: impl AsRef<[u8]>) -> String {
        Roster::parse(csv.as_ref()).unwrap_err()
    }

    fn people(csv: &str) -> Vec<(String, String)> {
        roster(csv).people.into_iter().map(|person| (person.id, person.name)).collect()
    }

    fn one(id: &str, name: &str) -> Vec<(String, String)> {
        vec![(id.to_owned(), name.to_owned())]
    }

    #[test]
    fn the_headings_of_learning_systems_are_understood() {
        let ada = one("12", "Ada Lovelace");
        assert_eq!(people("id,name\n12,Ada Lovelace\n"), ada);
        assert_eq!(people("\u{feff}Name;Section;Student ID\r\nAda Lovelace;B;12\r\n"), ada);
        assert_eq!(
            people("First name,Surname,ID number,Email address\nAda,Lovelace,12,a@b.c\n"),
            ada
        );
        assert_eq!(people("Last Name,First Name,SID,Email\nLovelace,Ada,12,a@b.c"), ada);
        assert_eq!(people("Last name\tFirst name\tEmail\nLovelace\tAda\t12"), ada);
        let canvas =
            "Student,ID,SIS User ID,Section\n    Points Possible,,,\n\"Lovelace, Ada\",12,s1,B\n";
        assert_eq!(people(canvas), one("12", "Lovelace, Ada"));
        assert_eq!(people("email\na@b.c\n\n"), one("a@b.c", "a@b.c"));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line() {
        assert_eq!(wrong("id,name\n1,A\n2,B\n1,C\n"), "lines 2 and 4 have the same id 1");
        assert_eq!(wrong("id,name\n1,A\n,B\n"), "line 3 has no id");
        assert!(wrong("name,section\nA,1\n").ends_with("it has \"name\", \"section\""));
        assert!(wrong("id,name\n").starts_with("it has no learners"));
        assert!(wrong("").starts_with("it has no learners"));
        assert_eq!(wrong(b"id,name\n1,A\n2,\xff\n"), "line 3 is no CSV in UTF-8");
    }

    #[test]
    fn an_id_or_else_a_name_tells_whose_it_is() {
        let class = roster(
            "id,name,email\ns1,Ada Lovelace,ada@b.c\ns2,Zo\u{eb} Quinn,\ns3,Ada Lovelace,\n\
             s4,\"Hopper, Grace\",\nada,Grace,\nada-2,Linus,\n",
        );
        let whose = |text: &str| class.whose(text);
        assert_eq!(whose("hand-in S1.zip"), Whose::One(0));
        assert_eq!(whose("s12.zip"), Whose::Nobody);
        assert_eq!(whose("s1 Ada Lovelace"), Whose::One(0));
        assert_eq!(whose("zoequinn_55_1_x.zip"), Whose::One(1));
        assert_eq!(whose("Zoe\u{308} Quinn"), Whose::One(1));
        assert_eq!(whose("grace_hopper.tgz"), Whose::One(3));
        assert_eq!(whose("ada-2.zip"), Whose::One(5));
        assert_eq!(whose("ada.zip"), Whose::One(4));
        assert_eq!(whose("s1 s2"), Whose::Several(vec![0, 1]));
        assert_eq!(whose("s2 Grace Hopper"), Whose::Several(vec![1, 3]));
        assert_eq!(whose("Ada Lovelace"), Whose::Several(vec![0, 2]));
        assert_eq!(whose("Mary"), Whose::Nobody);
    }
}
