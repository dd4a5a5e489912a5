//! What PostgreSQL's error codes mean, for those that a learner meets.

/// A code, its name in the manual, and the usual cause with its cure.
struct Meaning {
    code: &'static str,
    name: &'static str,
    cure: &'static str,
}

const fn meaning(code: &'static str, name: &'static str, cure: &'static str) -> Meaning {
    Meaning { code, name, cure }
}

static MEANINGS: &[Meaning] = &[
    meaning("08006", "connection_failure", "The connection broke. Open a new one."),
    meaning("22000", "data_exception", "The value does not fit its type; the message says how."),
    meaning("22001", "string_data_right_truncation", "The text is longer than the column allows."),
    meaning("22003", "numeric_value_out_of_range", "The number does not fit the column's type."),
    meaning("22007", "invalid_datetime_format", "Dates are written '2026-01-31'."),
    meaning("22008", "datetime_field_overflow", "There is no such day or time of day."),
    meaning("22012", "division_by_zero", "Guard the divisor with NULLIF(x, 0)."),
    meaning("22021", "character_not_in_repertoire", "PostgreSQL's text holds no zero byte."),
    meaning("22023", "invalid_parameter_value", "The function or setting takes another value."),
    meaning(
        "22P02",
        "invalid_text_representation",
        "The text does not read as a value of that type.",
    ),
    meaning("23502", "not_null_violation", "The column is NOT NULL: give it a value or a DEFAULT."),
    meaning(
        "23503",
        "foreign_key_violation",
        "The row that is referred to is not there, or rows still refer to the one that goes.",
    ),
    meaning("23505", "unique_violation", "A row with that key exists already."),
    meaning("23514", "check_violation", "A CHECK of the table says no to this row."),
    meaning("25001", "active_sql_transaction", "This statement cannot run inside a transaction."),
    meaning(
        "25P02",
        "in_failed_sql_transaction",
        "An earlier statement of the transaction failed. Roll back, or go back to a savepoint.",
    ),
    meaning("28P01", "invalid_password", "The password is wrong."),
    meaning("3D000", "invalid_catalog_name", "There is no database of that name."),
    meaning(
        "40001",
        "serialization_failure",
        "Another transaction came between. Run the whole transaction again.",
    ),
    meaning(
        "40P01",
        "deadlock_detected",
        "Two transactions wait for each other. Take locks in one order.",
    ),
    meaning("42501", "insufficient_privilege", "The role may not do that."),
    meaning("42601", "syntax_error", "The statement is not SQL from that point on."),
    meaning("42702", "ambiguous_column", "Several tables have such a column: write table.column."),
    meaning("42703", "undefined_column", "No table of the query has such a column."),
    meaning("42704", "undefined_object", "There is no type or object of that name."),
    meaning("42803", "grouping_error", "Every column that is not aggregated belongs in GROUP BY."),
    meaning(
        "42804",
        "datatype_mismatch",
        "The value has another type than the column. A cast may help.",
    ),
    meaning(
        "42883",
        "undefined_function",
        "No function or operator takes these types. A cast may help.",
    ),
    meaning("42P01", "undefined_table", "There is no such table, or it is in another schema."),
    meaning("42P07", "duplicate_table", "A table of that name exists already."),
    meaning(
        "42P18",
        "indeterminate_datatype",
        "The server cannot tell the parameter's type: write $1::type.",
    ),
    meaning(
        "53300",
        "too_many_connections",
        "Every connection is taken. Close some, or use a pool.",
    ),
    meaning("55P03", "lock_not_available", "Another session holds the lock."),
    meaning(
        "57014",
        "query_canceled",
        "The statement was cancelled, or took longer than statement_timeout.",
    ),
    meaning("57P01", "admin_shutdown", "The server ended the session."),
];

fn find(sqlstate: &str) -> Option<&'static Meaning> {
    MEANINGS.iter().find(|meaning| meaning.code == sqlstate)
}

/// The condition's name in the manual: `unique_violation` for `23505`.
pub fn name(sqlstate: &str) -> Option<&'static str> {
    find(sqlstate).map(|meaning| meaning.name)
}

/// The usual cause and its cure, in a sentence or two.
pub fn cure(sqlstate: &str) -> Option<&'static str> {
    find(sqlstate).map(|meaning| meaning.cure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_are_in_order_and_once_each() {
        assert!(MEANINGS.is_sorted_by(|one, other| one.code < other.code));
        assert_eq!(name("23505"), Some("unique_violation"));
        assert_eq!(cure("ZZZZZ"), None);
    }
}
