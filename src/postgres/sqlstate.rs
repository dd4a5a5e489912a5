//! What PostgreSQL's error codes mean, for those that a learner meets.

use harness::protocol::ServerError;

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
    meaning(
        "08P01",
        "protocol_violation",
        "The client and the server disagree about the protocol: often a wrong number of parameters.",
    ),
    meaning(
        "21000",
        "cardinality_violation",
        "One row was expected and there are several. LIMIT 1, an aggregate or IN.",
    ),
    meaning("22000", "data_exception", "The value does not fit its type; the message says how."),
    meaning("22001", "string_data_right_truncation", "The text is longer than the column allows."),
    meaning("22003", "numeric_value_out_of_range", "The number does not fit the column's type."),
    meaning("22004", "null_value_not_allowed", "NULL stands where a value is needed."),
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
    meaning(
        "22P04",
        "bad_copy_file_format",
        "A line of the data has more or fewer columns than the table, or ends in the middle.",
    ),
    meaning("23502", "not_null_violation", "The column is NOT NULL: give it a value or a DEFAULT."),
    meaning(
        "23503",
        "foreign_key_violation",
        "The row that is referred to is not there, or rows still refer to the one that goes.",
    ),
    meaning("23505", "unique_violation", "A row with that key exists already."),
    meaning("23514", "check_violation", "A CHECK of the table says no to this row."),
    meaning("23P01", "exclusion_violation", "A row that excludes this one exists already."),
    meaning("25001", "active_sql_transaction", "This statement cannot run inside a transaction."),
    meaning(
        "25P02",
        "in_failed_sql_transaction",
        "An earlier statement of the transaction failed. Roll back, or go back to a savepoint.",
    ),
    meaning(
        "28000",
        "invalid_authorization_specification",
        "The server does not let this user in, or not from here.",
    ),
    meaning("28P01", "invalid_password", "The password is wrong."),
    meaning(
        "2BP01",
        "dependent_objects_still_exist",
        "Others depend on it: remove them first, or say CASCADE.",
    ),
    meaning("3D000", "invalid_catalog_name", "There is no database of that name."),
    meaning("3F000", "invalid_schema_name", "There is no schema of that name."),
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
    meaning("42701", "duplicate_column", "A column of that name is there already."),
    meaning("42702", "ambiguous_column", "Several tables have such a column: write table.column."),
    meaning("42703", "undefined_column", "No table of the query has such a column."),
    meaning(
        "42704",
        "undefined_object",
        "There is no such type, constraint, index or other object.",
    ),
    meaning("42710", "duplicate_object", "An object of that name exists already."),
    meaning(
        "42803",
        "grouping_error",
        "Every column that is not aggregated belongs in GROUP BY, a condition on an aggregate in HAVING, and an aggregate of aggregates around a subquery.",
    ),
    meaning(
        "42804",
        "datatype_mismatch",
        "The value has another type than the column. A cast may help.",
    ),
    meaning(
        "42830",
        "invalid_foreign_key",
        "What is referred to has to be a primary key, or UNIQUE.",
    ),
    meaning(
        "42883",
        "undefined_function",
        "No function or operator takes these types. A cast may help.",
    ),
    meaning(
        "428C9",
        "generated_always",
        "The server makes this value itself: leave the column out, or write DEFAULT.",
    ),
    meaning("42P01", "undefined_table", "There is no such table, or it is in another schema."),
    meaning(
        "42P02",
        "undefined_parameter",
        "There is no such parameter: they are numbered $1, $2 and so on.",
    ),
    meaning("42P06", "duplicate_schema", "A schema of that name exists already."),
    meaning("42P07", "duplicate_table", "A table of that name exists already."),
    meaning(
        "42P08",
        "ambiguous_parameter",
        "One parameter stands where two types are wanted: write $1::type in each place.",
    ),
    meaning(
        "42P10",
        "invalid_column_reference",
        "ORDER BY or ON CONFLICT names what is not there to be named.",
    ),
    meaning(
        "42P17",
        "invalid_object_definition",
        "The definition contradicts itself, or depends on what may change.",
    ),
    meaning(
        "42P18",
        "indeterminate_datatype",
        "The server cannot tell the parameter's type: write $1::type.",
    ),
    meaning(
        "42P19",
        "invalid_recursion",
        "A recursive query is two parts joined by UNION ALL, the first without itself.",
    ),
    meaning(
        "53300",
        "too_many_connections",
        "Every connection is taken. Close some, or use a pool.",
    ),
    meaning("54001", "statement_too_complex", "The statement is nested too deeply."),
    meaning("55P03", "lock_not_available", "Another session holds the lock."),
    meaning(
        "57014",
        "query_canceled",
        "The statement was cancelled, or took longer than statement_timeout.",
    ),
    meaning("57P01", "admin_shutdown", "The server ended the session."),
    meaning("57P02", "crash_shutdown", "The server is recovering from a crash. Connect again."),
    meaning(
        "57P03",
        "cannot_connect_now",
        "The server is starting up or shutting down. Try again in a moment.",
    ),
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

/// A code with its name: `SQLSTATE 23505 (unique_violation)`.
pub fn label(code: &str) -> String {
    let name = name(code).map(|name| format!(" ({name})"));
    format!("SQLSTATE {code}{}", name.unwrap_or_default())
}

/// What the server said, a line for each thing.
pub fn words(error: &ServerError) -> String {
    let mut lines = vec![format!("ERROR:  {}", error.message)];
    lines.extend(error.detail.iter().map(|detail| format!("DETAIL:  {detail}")));
    lines.extend(error.hint.iter().map(|hint| format!("HINT:  {hint}")));
    lines.push(label(&error.sqlstate));
    lines.join("\n")
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
