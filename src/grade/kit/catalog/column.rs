//! A column.

use super::super::{Outcome, ensure};

/// A column, as the catalog has it.
#[derive(Debug, Clone)]
pub struct Column {
    /// The table's name.
    pub table: String,
    /// Its name.
    pub name: String,
    /// Its type, as `format_type` writes it: `timestamp with time zone`, `numeric(10,2)`.
    pub kind: String,
    /// Whether it takes NULL: without NOT NULL, in its type too, and without a CHECK that says so.
    pub nullable: bool,
    /// Its default as the server writes it: `now()`.
    pub default: Option<String>,
    /// Whether the server numbers its rows: an identity column, or serial.
    pub numbered: bool,
    /// Whether a value of one's own is refused: GENERATED ALWAYS AS IDENTITY.
    pub always: bool,
    /// The expression that it is computed from: GENERATED ALWAYS AS (…).
    pub computed: Option<String>,
}

impl Column {
    fn must(&self, holds: bool, sentence: &str) -> Outcome<&Column> {
        ensure(holds, format!("`{}.{}` {sentence}.", self.table, self.name))?;
        Ok(self)
    }

    /// It has this type, with this length if it has one. `int8`, `timestamptz` and the like will do.
    pub fn is(&self, kind: &str) -> Outcome<&Column> {
        let wanted = full_name(kind);
        self.must(self.kind == wanted, &format!("is {}; it has to be {wanted}", self.kind))
    }

    /// It has one of these types. One without a length stands for every length.
    pub fn is_any(&self, kinds: &[&str]) -> Outcome<&Column> {
        let bare = self.kind.split('(').next().unwrap_or_default();
        let tail = self.kind.rsplit(')').next().filter(|_| self.kind.contains('('));
        let without = format!("{bare}{}", tail.unwrap_or_default());
        let fits = |kind: &&str| {
            let kind = full_name(kind);
            kind == self.kind || (!kind.contains('(') && kind == without)
        };
        let wanted = kinds.join(" or ");
        self.must(kinds.iter().any(fits), &format!("is {}; it has to be {wanted}", self.kind))
    }

    /// It does not take NULL.
    pub fn required(&self) -> Outcome<&Column> {
        self.must(!self.nullable, "may be NULL; the task asks for NOT NULL")
    }

    /// It takes NULL.
    pub fn optional(&self) -> Outcome<&Column> {
        self.must(self.nullable, "is NOT NULL; the task wants it to be optional")
    }

    /// Who leaves it out gets a value: a default, or a number.
    pub fn has_default(&self) -> Outcome<&Column> {
        let has = self.default.is_some() || self.numbered || self.computed.is_some();
        self.must(has, "has no default; the task asks for one")
    }

    /// Its default is this, as the server writes it: `now()`, `false`, `'new'`. Casts do not matter.
    pub fn defaults_to(&self, expression: &str) -> Outcome<&Column> {
        let Some(default) = &self.default else {
            return self.must(false, &format!("has no default; it has to be {expression}"));
        };
        let text = default.split("::").next().unwrap_or_default().trim_matches(['(', ' ']);
        let same = |text: &str| text.eq_ignore_ascii_case(expression);
        let now = |text: &str| ["now()", "CURRENT_TIMESTAMP"].contains(&text);
        let fits = same(text) || same(default) || (now(expression) && now(text));
        self.must(fits, &format!("has the default {default}; it has to be {expression}"))
    }

    /// The server numbers its rows: an identity column, or serial.
    pub fn numbered(&self) -> Outcome<&Column> {
        self.must(self.numbered, "gets no number from the server; make it an identity column")
    }

    /// The server computes it from other columns.
    pub fn computed(&self) -> Outcome<&Column> {
        self.must(
            self.computed.is_some(),
            "is not computed; the task asks for GENERATED ALWAYS AS (…)",
        )
    }
}

/// A type's name as `format_type` has it.
fn full_name(kind: &str) -> String {
    let kind = kind.trim().to_lowercase();
    let array = kind.ends_with("[]");
    let kind = kind.trim_end_matches("[]");
    let (name, length) = match kind.split_once('(') {
        Some((name, length)) => (name.trim(), format!("({}", length.replace(' ', ""))),
        None => (kind, String::new()),
    };
    let (name, tail) = match name {
        "int" | "int4" | "serial" => ("integer", ""),
        "int8" | "bigserial" => ("bigint", ""),
        "int2" => ("smallint", ""),
        "bool" => ("boolean", ""),
        "varchar" => ("character varying", ""),
        "char" => ("character", ""),
        "decimal" => ("numeric", ""),
        "float8" => ("double precision", ""),
        "float4" => ("real", ""),
        "timestamptz" => ("timestamp", " with time zone"),
        "timestamp" if !length.contains("zone") => ("timestamp", " without time zone"),
        "timetz" => ("time", " with time zone"),
        "time" if !length.contains("zone") => ("time", " without time zone"),
        name => (name, ""),
    };
    format!("{name}{length}{tail}{}", if array { "[]" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_of_types_are_as_good_as_long_ones() {
        for (short, long) in [
            ("timestamptz", "timestamp with time zone"),
            ("timestamptz(3)", "timestamp(3) with time zone"),
            ("timestamp with time zone", "timestamp with time zone"),
            ("VARCHAR(20)", "character varying(20)"),
            ("numeric(10, 2)", "numeric(10,2)"),
            ("int[]", "integer[]"),
            ("vector(3)", "vector(3)"),
        ] {
            assert_eq!(full_name(short), long);
        }
    }
}
