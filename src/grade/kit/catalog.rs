//! Questions about what a table is. They go by effect: however a promise is spelled, what counts is
//! what the server makes of it.

mod column;
mod index;
mod read;

pub use self::column::Column;
pub use self::index::Index;
pub use self::read::{accepts, refuses, table};
use super::{Outcome, ensure, wrong};

/// A table as the catalog has it.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its name, as the grader wrote it.
    pub name: String,
    /// Its columns, in order.
    pub columns: Vec<Column>,
    /// Its indexes, those of constraints too.
    pub indexes: Vec<Index>,
    /// Its foreign keys.
    pub references: Vec<Reference>,
    /// Its CHECK constraints.
    pub checks: Vec<TableCheck>,
}

/// A foreign key.
#[derive(Debug, Clone)]
pub struct Reference {
    /// The columns that refer.
    pub columns: Vec<String>,
    /// The table that they refer to.
    pub to: String,
    /// What happens when the row that is referred to goes: the letter of `confdeltype`.
    pub on_delete: String,
    /// Whether it may wait for the COMMIT.
    pub deferrable: bool,
}

/// A CHECK constraint.
#[derive(Debug, Clone)]
pub struct TableCheck {
    /// The columns that it is about.
    pub columns: Vec<String>,
    /// `CHECK ((stars > 0))`.
    pub definition: String,
}

/// What is to happen to a row when the row that it refers to goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnDelete {
    /// It goes too.
    Cascade,
    /// The other cannot go: NO ACTION or RESTRICT.
    Refuse,
    /// Its reference becomes NULL.
    SetNull,
    /// Its reference becomes the column's default.
    SetDefault,
    /// That is the answer's choice.
    Any,
}

impl Table {
    /// A column.
    pub fn column(&self, name: &str) -> Outcome<&Column> {
        match self.columns.iter().find(|column| column.name == name) {
            Some(column) => Ok(column),
            None => wrong(format!(
                "`{}` has no column `{name}`; it has {}.",
                self.name,
                list(self.columns.iter().map(|column| &column.name))
            )),
        }
    }

    /// These columns and no others, in any order.
    pub fn only(&self, columns: &[&str]) -> Outcome<&Table> {
        columns.iter().try_for_each(|name| self.column(name).map(drop))?;
        match self.columns.iter().find(|column| !columns.contains(&column.name.as_str())) {
            Some(other) => wrong(format!(
                "`{}` has a column `{}` that nobody asked for.",
                self.name, other.name
            )),
            None => Ok(self),
        }
    }

    /// Its primary key is these columns.
    pub fn primary_key(&self, columns: &[&str]) -> Outcome<&Table> {
        let key = self.indexes.iter().find(|index| index.primary);
        let is =
            key.map_or("it has none".to_owned(), |key| format!("it is {}", list(&key.columns)));
        ensure(
            key.is_some_and(|key| same(&key.columns, columns)),
            format!("the primary key of `{}` has to be {}; {is}.", self.name, list(columns)),
        )?;
        Ok(self)
    }

    /// No two rows have the same in these columns: by a constraint or a unique index.
    pub fn unique(&self, columns: &[&str]) -> Outcome<&Table> {
        let found = |index: &&Index| index.unique && same(&index.columns, columns);
        match self.indexes.iter().filter(found).min_by_key(|index| index.predicate.is_some()) {
            Some(Index { name, predicate: Some(predicate), .. }) => wrong(format!(
                "`{}` may have two rows with the same {}: the index `{name}` is only for rows WHERE \
                 {predicate}.",
                self.name,
                list(columns)
            )),
            Some(_) => Ok(self),
            None => wrong(format!(
                "`{}` may have two rows with the same {}; the task asks for UNIQUE.",
                self.name,
                list(columns)
            )),
        }
    }

    /// A column (or several, with commas) refers to another table.
    pub fn refers(&self, columns: &str, to: &str, on_delete: OnDelete) -> Outcome<&Table> {
        let reference = self.reference(columns)?;
        let bare = |name: &str| name.trim_start_matches("public.").to_owned();
        ensure(
            bare(&reference.to) == bare(to),
            format!(
                "`{}.{columns}` refers to `{}`; it has to refer to `{to}`.",
                self.name, reference.to
            ),
        )?;
        let (letters, expected) = match on_delete {
            OnDelete::Cascade => ("c", "ON DELETE CASCADE"),
            OnDelete::Refuse => ("ar", "no ON DELETE, or RESTRICT"),
            OnDelete::SetNull => ("n", "ON DELETE SET NULL"),
            OnDelete::SetDefault => ("d", "ON DELETE SET DEFAULT"),
            OnDelete::Any => ("arcnd", ""),
        };
        let actual = match reference.on_delete.as_str() {
            "c" => "ON DELETE CASCADE",
            "r" => "ON DELETE RESTRICT",
            "n" => "ON DELETE SET NULL",
            "d" => "ON DELETE SET DEFAULT",
            _ => "no ON DELETE, so that a row that is referred to cannot go",
        };
        ensure(
            letters.contains(&reference.on_delete),
            format!(
                "the reference of `{}.{columns}` to `{to}` has {actual}; the task asks for {expected}.",
                self.name
            ),
        )?;
        Ok(self)
    }

    /// A column's reference may be checked at COMMIT.
    pub fn deferrable(&self, columns: &str) -> Outcome<&Table> {
        ensure(
            self.reference(columns)?.deferrable,
            format!(
                "the reference of `{}.{columns}` is checked at once; the task asks for DEFERRABLE.",
                self.name
            ),
        )?;
        Ok(self)
    }

    /// The foreign key of a column (or several, with commas).
    pub fn reference(&self, columns: &str) -> Outcome<&Reference> {
        let wanted: Vec<&str> = columns.split(',').map(str::trim).collect();
        wanted.iter().try_for_each(|name| self.column(name).map(drop))?;
        match self.references.iter().find(|reference| same(&reference.columns, &wanted)) {
            Some(reference) => Ok(reference),
            None => wrong(format!(
                "`{}.{columns}` refers to no table; the task asks for REFERENCES.",
                self.name
            )),
        }
    }

    /// An index serves questions for these columns: they are its first, in this order, and it is
    /// not a partial one. Returns it.
    pub fn index_on(&self, columns: &[&str]) -> Outcome<&Index> {
        let found = |index: &&Index| index.columns.starts_with_all(columns);
        match self.indexes.iter().filter(found).min_by_key(|index| index.predicate.is_some()) {
            Some(Index { name, predicate: Some(predicate), .. }) => wrong(format!(
                "the index `{name}` is only for rows WHERE {predicate}; the task asks for one on all \
                 rows of `{}`.",
                self.name
            )),
            Some(index) => Ok(index),
            None => wrong(format!(
                "no index on `{}` begins with {}; {}.",
                self.name,
                list(columns),
                self.which_indexes()
            )),
        }
    }

    /// A partial index whose first columns are these. Returns it.
    pub fn partial_index_on(&self, columns: &[&str]) -> Outcome<&Index> {
        let found =
            |index: &&Index| index.predicate.is_some() && index.columns.starts_with_all(columns);
        match self.indexes.iter().find(found) {
            Some(index) => Ok(index),
            None => wrong(format!(
                "no index of `{}` on {} has a WHERE; {}.",
                self.name,
                list(columns),
                self.which_indexes()
            )),
        }
    }

    fn which_indexes(&self) -> String {
        if self.indexes.is_empty() {
            return "it has no index at all".to_owned();
        }
        let one = |index: &Index| format!("{} ({})", index.name, index.columns.join(", "));
        format!("there are {}", self.indexes.iter().map(one).collect::<Vec<_>>().join(", "))
    }
}

trait StartsWithAll {
    fn starts_with_all(&self, first: &[&str]) -> bool;
}

impl StartsWithAll for Vec<String> {
    fn starts_with_all(&self, first: &[&str]) -> bool {
        self.len() >= first.len() && self.iter().zip(first).all(|(one, other)| one == other)
    }
}

/// Whether two lists have the same in them, in any order.
fn same(have: &[String], want: &[&str]) -> bool {
    have.len() == want.len() && want.iter().all(|name| have.iter().any(|have| have == name))
}

fn list<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| format!("`{}`", name.as_ref())).collect();
    names.join(", ")
}
