//! What databases start with.

use crate::home::short_hash;

/// What a database starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fixture {
    /// A short name: lower-case letters, digits, `_`.
    pub name: &'static str,
    /// SQL that fills an empty database.
    pub sql: &'static str,
    /// Extensions that are there before the SQL runs.
    pub extensions: &'static [&'static str],
}

impl Fixture {
    /// The name of its template.
    pub(super) fn template(&self) -> String {
        let all = format!("4\0{}\0{}", self.sql, self.extensions.join(","));
        format!("pglings_t_{}_{}", self.name, short_hash(all.as_bytes()))
    }
}
