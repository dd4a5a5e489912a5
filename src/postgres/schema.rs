//! What a database is made of, from its catalog: tables, columns, and what refers to what.

use postgres::Client;

/// The tables of a schema.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schema {
    /// The tables: one that others refer to comes before them, where that is possible.
    pub tables: Vec<Table>,
    /// The foreign keys.
    pub references: Vec<Reference>,
}

/// A table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Its columns, in order.
    pub columns: Vec<Column>,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Its type, as SQL writes it.
    pub kind: String,
    /// Whether it takes no NULL.
    pub required: bool,
    /// Whether it is the primary key, or part of it.
    pub primary: bool,
    /// Whether it is unique by itself.
    pub unique: bool,
}

/// A foreign key of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The table that refers.
    pub from: String,
    /// Its column.
    pub column: String,
    /// The table that is referred to.
    pub to: String,
}

/// A row for each column: the name of its table, then what is said of it.
const COLUMNS: &str = "
    SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
           EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary
                   AND a.attnum = ANY (i.indkey)),
           EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique
                   AND i.indnkeyatts = 1 AND i.indkey[0] = a.attnum AND i.indpred IS NULL)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relnamespace = to_regnamespace($1) AND c.relkind IN ('r', 'p')
      AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY c.oid, a.attnum";

const REFERENCES: &str = "
    SELECT f.relname::text, a.attname::text, t.relname::text
    FROM pg_constraint k
    JOIN pg_class f ON f.oid = k.conrelid
    JOIN pg_class t ON t.oid = k.confrelid
    JOIN pg_attribute a ON a.attrelid = f.oid AND a.attnum = k.conkey[1]
    WHERE k.contype = 'f' AND f.relnamespace = to_regnamespace($1) AND k.conparentid = 0
    ORDER BY f.oid, a.attnum";

impl Schema {
    /// Reads a schema, such as `public`.
    pub fn read(client: &mut Client, schema: &str) -> Result<Schema, postgres::Error> {
        let mut tables: Vec<Table> = Vec::new();
        for row in client.query(COLUMNS, &[&schema])? {
            let name: String = row.get(0);
            let column = Column {
                name: row.get(1),
                kind: row.get(2),
                required: row.get(3),
                primary: row.get(4),
                unique: row.get(5),
            };
            match tables.last_mut().filter(|table| table.name == name) {
                Some(table) => table.columns.push(column),
                None => tables.push(Table { name, columns: vec![column] }),
            }
        }
        let references = client.query(REFERENCES, &[&schema])?;
        let references = references
            .iter()
            .map(|row| Reference { from: row.get(0), column: row.get(1), to: row.get(2) })
            .collect();
        let mut schema = Schema { tables, references };
        let refers = |from: &Table, to: &Table| {
            schema.references.iter().any(|one| one.from == from.name && one.to == to.name)
        };
        (schema.tables, _) = parents_first(schema.tables, refers);
        Ok(schema)
    }
}

/// Puts what is referred to before what refers to it; whatever refers to itself need not wait. Where
/// several refer to each other in a circle, the first of them goes first, and the flag is set.
pub fn parents_first<T>(mut left: Vec<T>, refers: impl Fn(&T, &T) -> bool) -> (Vec<T>, bool) {
    let (mut sorted, mut circle) = (Vec::new(), false);
    while !left.is_empty() {
        let waits = |at: &usize| {
            let others = left.iter().enumerate().filter(|(other, _)| other != at);
            others.into_iter().any(|(_, other)| refers(&left[*at], other))
        };
        let next = (0..left.len()).find(|at| !waits(at));
        circle |= next.is_none();
        sorted.push(left.remove(next.unwrap_or(0)));
    }
    (sorted, circle)
}

#[cfg(test)]
mod tests {
    use super::parents_first;

    #[test]
    fn parents_come_first_and_circles_are_told() {
        let tree =
            |from: &&str, to: &&str| [("c", "b"), ("b", "a"), ("a", "a")].contains(&(*from, *to));
        assert_eq!(
            parents_first(vec!["c", "d", "b", "a"], tree),
            (vec!["d", "a", "b", "c"], false)
        );
        let ring = |from: &&str, to: &&str| [("a", "b"), ("b", "a")].contains(&(*from, *to));
        assert_eq!(parents_first(vec!["a", "b", "c"], ring), (vec!["c", "a", "b"], true));
    }
}
