//! The queries of a Rust text that the compiler asks a server about: those in sqlx's macros.

use proc_macro2::{TokenStream, TokenTree};
use sha2::{Digest, Sha256};

/// The macros that take SQL, and how many arguments stand before it.
const MACROS: [(&str, usize); 6] = [
    ("query", 0),
    ("query_unchecked", 0),
    ("query_scalar", 0),
    ("query_scalar_unchecked", 0),
    ("query_as", 1),
    ("query_as_unchecked", 1),
];

/// The same, with SQL in a file.
const OF_FILES: [&str; 6] = [
    "query_file",
    "query_file_unchecked",
    "query_file_scalar",
    "query_file_scalar_unchecked",
    "query_file_as",
    "query_file_as_unchecked",
];

/// Whether a text may have such a query: whatever is not Rust has none.
pub fn has_any(text: &str) -> bool {
    text.contains("query") && text.parse::<TokenStream>().is_ok_and(|stream| names_one(&stream, 0))
}

/// Groups may be nested deeper than a stack is. What is deeper than this is no query.
const DEEPEST: usize = 200;

fn names_one(stream: &TokenStream, depth: usize) -> bool {
    let tokens: Vec<TokenTree> = stream.clone().into_iter().collect();
    tokens.iter().enumerate().any(|(at, token)| match token {
        TokenTree::Group(group) => depth < DEEPEST && names_one(&group.stream(), depth + 1),
        // Under another name it is one as well.
        TokenTree::Ident(ident) => {
            let known = MACROS.iter().map(|(name, _)| name).chain(&OF_FILES);
            known.into_iter().any(|name| ident == name)
                && matches!(
                    tokens.get(at + 1).map(ToString::to_string).as_deref(),
                    Some("!" | "as")
                )
        }
        _ => false,
    })
}

/// The SQL of the queries of a text that stands in the workbook. SQL in a file is not among them.
///
/// # Errors
///
/// When there is a macro whose SQL is not written out, or in a file.
pub fn queries(text: &str) -> Result<Vec<String>, String> {
    let mut found = Vec::new();
    if let Ok(stream) = text.parse::<TokenStream>() {
        collect(&stream, &mut found)?;
    }
    found.sort();
    found.dedup();
    Ok(found)
}

fn collect(stream: &TokenStream, found: &mut Vec<String>) -> Result<(), String> {
    let tokens: Vec<TokenTree> = stream.clone().into_iter().collect();
    for (at, token) in tokens.iter().enumerate() {
        match (token, tokens.get(at + 1), tokens.get(at + 2)) {
            (
                TokenTree::Ident(ident),
                Some(TokenTree::Punct(sign)),
                Some(TokenTree::Group(arguments)),
            ) if sign.as_char() == '!' => {
                let name = ident.to_string();
                if OF_FILES.contains(&name.as_str()) {
                    return Err(format!("{name}! reads a file; write its SQL where it is used"));
                }
                if let Some((_, before)) = MACROS.iter().find(|(known, _)| *known == name) {
                    let sql = argument(&arguments.stream(), *before);
                    found.push(
                        sql.ok_or_else(|| format!("{name}! has no SQL that is written out"))?,
                    );
                }
            }
            (TokenTree::Group(group), ..) => collect(&group.stream(), found)?,
            _ => {}
        }
    }
    Ok(())
}

/// The text of the strings of an argument, which may be joined with `+`.
fn argument(stream: &TokenStream, at: usize) -> Option<String> {
    let tokens: Vec<TokenTree> = stream.clone().into_iter().collect();
    let comma =
        |token: &TokenTree| matches!(token, TokenTree::Punct(sign) if sign.as_char() == ',');
    let argument = tokens.split(comma).nth(at)?;
    let mut sql = String::new();
    for token in argument {
        match token {
            TokenTree::Literal(literal) => {
                let text: syn::LitStr = syn::parse_str(&literal.to_string()).ok()?;
                sql.push_str(&text.value());
            }
            TokenTree::Punct(sign) if sign.as_char() == '+' => {}
            _ => return None,
        }
    }
    (!sql.is_empty()).then_some(sql)
}

/// The hash that sqlx calls a query by: of its text, as it stands.
pub fn hash(sql: &str) -> String {
    Sha256::digest(sql.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_found_as_the_compiler_reads_them() {
        let text = r##"
            async fn a(pool: &PgPool) {
                // query!("no")
                let plain = sqlx::query("SELECT 1");
                let one = sqlx::query!("SELECT id FROM users WHERE email = $1", email);
                let two = query_as!(User, r#"SELECT "id!" FROM users"#).fetch_all(pool);
                let three = { query_scalar!("SELECT " + "count(*)" + "\n") };
            }
        "##;
        let found = queries(text).unwrap();
        let wanted = [
            "SELECT \"id!\" FROM users",
            "SELECT count(*)\n",
            "SELECT id FROM users WHERE email = $1",
        ];
        assert_eq!(found, wanted);
        assert!(has_any(text));
        for none in ["let query = 1;", "query(\"SELECT 1\")", "// query!(\"\")", "query!(", "fn ("]
        {
            assert!(!has_any(none), "{none}");
        }
        assert!(has_any("use sqlx::query as q;") && has_any("fn f() { query_file!(\"a.sql\") }"));
        assert!(queries("fn f() { query_file!(\"a.sql\") }").is_err());
        assert!(queries("fn f() { query!(concat!(\"a\")) }").is_err());
        let deep = format!("{}query!(1){}", "(".repeat(5000), ")".repeat(5000));
        assert!(!has_any(&deep));
    }

    #[test]
    fn a_hash_is_that_of_sqlx() {
        let sql = "SELECT name, email FROM account WHERE id = $1";
        assert!(hash(sql).starts_with("a01b3f90"));
    }
}
