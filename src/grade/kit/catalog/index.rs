//! An index.

use super::super::{Outcome, ensure};

/// An index, as the catalog has it.
#[derive(Debug, Clone)]
pub struct Index {
    /// Its name.
    pub name: String,
    /// `btree`, `gin`, `hnsw`, …
    pub method: String,
    /// Columns, and expressions as the server writes them, in order; without INCLUDE.
    pub columns: Vec<String>,
    /// The columns of INCLUDE.
    pub included: Vec<String>,
    /// Whether no two rows may have the same.
    pub unique: bool,
    /// Whether it is the primary key's.
    pub primary: bool,
    /// The condition of a partial index, as the server writes it.
    pub predicate: Option<String>,
    /// The whole of it: `CREATE INDEX …`.
    pub definition: String,
}

impl Index {
    /// It is of this method: `"gin"`.
    pub fn method(&self, method: &str) -> Outcome<&Index> {
        ensure(
            self.method == method,
            format!("the index `{}` is {}; it has to be {method}.", self.name, self.method),
        )?;
        Ok(self)
    }

    /// It lets no two rows have the same.
    pub fn is_unique(&self) -> Outcome<&Index> {
        ensure(self.unique, format!("the index `{}` is not UNIQUE; it has to be.", self.name))?;
        Ok(self)
    }

    /// It holds this column too: as one of its own, or in INCLUDE.
    pub fn holds(&self, column: &str) -> Outcome<&Index> {
        let mut all = self.columns.iter().chain(&self.included);
        ensure(
            all.any(|name| name == column),
            format!("the index `{}` does not hold `{column}`: {}", self.name, self.definition),
        )?;
        Ok(self)
    }
}
