//! # Vectors: meaning as a place
//!
//! A database compares values: equal, smaller, starts with. "Is about the same thing" is not among
//! them. An *embedding* makes it one: a model turns a text into a list of numbers, and texts that
//! mean similar things get lists that are near each other. Meaning becomes a place, and "similar"
//! becomes "near".
//!
//! pgvector is the extension that gives PostgreSQL such a list as a type, `vector(n)`, and operators
//! that measure how far apart two of them are. The rest you know already: the nearest three are
//! `ORDER BY` a distance, `LIMIT 3`.
//!
//! Real embeddings have hundreds of numbers, and none of them means anything by itself (lesson 57).
//! Here there are three, made by hand, so that you can see what happens: how much a parent's message
//! is about **sleep**, about **food**, about **play**. A long letter has larger numbers than a note.

use pgvector::Vector;

use crate::lesson::prelude::*;

/// ## The extension
///
/// An extension is installed twice: its files on the server, by whoever runs it (the image
/// `pgvector/pgvector` has them), and then in each database that wants it:
///
/// ```sql
/// CREATE EXTENSION IF NOT EXISTS vector;
/// ```
///
/// pglings has done both for this database. The crate `pgvector` is only the client's part: it puts
/// nothing on the server.
///
/// *Coming from Python: `pip install pgvector` and `register_vector(conn)` are the crate and its two
/// features, `postgres` and `sqlx`.*
pub const THE_EXTENSION: Words = Words;

/// ## A column of vectors
///
/// `vector(3)` holds three numbers of type `real`, which Rust calls `f32`. All rows have the same
/// number of them: a distance between lists of different lengths means nothing.
pub const A_COLUMN: Sql = sql(indoc! {"
    CREATE TABLE memories (
        id        integer PRIMARY KEY,
        content   text NOT NULL,
        embedding vector(3)     -- sleep, food, play
    )
"});

/// ## Six messages
///
/// In SQL a vector is written as text in square brackets. The last message has no embedding yet:
/// the model is asked later, and until then there is NULL.
pub const SIX_MESSAGES: Sql = sql(indoc! {"
    INSERT INTO memories (id, content, embedding) VALUES
        (1, 'A quiet night.',                             '[1, 0, 0]'),
        (2, 'A long letter on bedtime, dreams and milk.', '[5, 1, 0]'),
        (3, 'She napped, then had a snack.',              '[1, 1, 0]'),
        (4, 'What goes into a gluten free lunch box?',    '[0, 3, 0]'),
        (5, 'Hide and seek.',                             '[0, 0, 2]'),
        (6, 'Wei and Lan fight over everything red.',     NULL)
"});

/// ## Four measures
///
/// The question is "Does a night light help?", which is about sleep and nothing else:
/// `[2, 0, 0]`. Each operator gives a number, and smaller is nearer.
///
/// | operator | name | what it measures |
/// |---|---|---|
/// | `<->` | Euclidean, L2 | the straight way from one point to the other |
/// | `<+>` | taxicab, L1 | the way along the axes: the sum of the differences |
/// | `<=>` | cosine | the angle only: 0 same direction, 1 nothing in common, 2 opposite |
/// | `<#>` | inner product, **negated** | direction and length: the longer, the nearer |
///
/// The inner product is large when two vectors agree, and `ORDER BY` begins with the smallest: so
/// the operator turns the sign. Turn it back for the product itself: `-(a <#> b)`. (`-0` is a zero
/// whose sign was turned; it equals 0.)
///
/// Read the rows 1 and 2. Both speak of sleep. By the angle both are near; by the straight way the
/// long letter is farther from the question than a game of hide and seek.
pub const FOUR_MEASURES: Sql = sql(indoc! {"
    SELECT id, embedding,
           round((embedding <-> '[2, 0, 0]')::numeric, 3) AS euclidean,
           embedding <+> '[2, 0, 0]' AS taxicab,
           round((embedding <=> '[2, 0, 0]')::numeric, 3) AS cosine,
           embedding <#> '[2, 0, 0]' AS inner_product
    FROM memories
    ORDER BY id
"});

/// ## Which is nearest
///
/// The nearest one by the straight way is 1, *A quiet night*. By the angle it is 1 too.
pub const BY_INNER_PRODUCT: Prediction = predict(
    "Which message comes first when they are ordered by embedding <#> '[2, 0, 0]'?",
    &[
        choice(
            "1, A quiet night: it points exactly where the question points",
            Claim::Value("1"),
            "That is what the angle says. The inner product looks at the length as well, and this \
             vector is short.",
        ),
        choice(
            "2, the long letter: it points nearly there, and it is long",
            Claim::Value("2"),
            "Five times two is more than one times two. A text that says much about a thing wins, \
             even if it says something else besides.",
        ),
        choice(
            "5, hide and seek: its product with the question is 0, the smallest",
            Claim::Value("5"),
            "That is the trap that the sign is turned for: the operator gives -10 for the letter and \
             0 for hide and seek.",
        ),
    ],
);

/// ## By inner product
///
/// 1 and 3 are equally far. In which order they come is then up to the server, today this way and
/// tomorrow the other, and a `LIMIT` may cut between them: the id behind the comma decides it.
///
/// NULL comes last here: its distance is NULL, and NULLs sort behind everything. With few rows it
/// would slip in under the `LIMIT`, as the nearest of nothing. So say `IS NOT NULL`.
pub const NEAREST: Sql = sql(indoc! {"
    SELECT id, content, embedding <#> '[2, 0, 0]' AS distance
    FROM memories
    WHERE embedding IS NOT NULL
    ORDER BY embedding <#> '[2, 0, 0]', id
    LIMIT 3
"});

/// ## Two numbers for three
///
/// The column's promise is kept like any other: nothing is padded and nothing cut off. You meet
/// this error on the day somebody changes the model: embeddings of another model have another
/// length, and if they happen to have the same, they are from another world and every distance is
/// nonsense. A new model means new embeddings for all rows.
pub const TWO_FOR_THREE: Sql = sql(indoc! {"
    INSERT INTO memories (id, content, embedding)
    VALUES (7, 'A nap.', '[1, 0]')
"})
.fails("22000");

/// ## The vector without a direction
///
/// A vector of zeros has a place, but no direction, and so no angle to anything: its cosine
/// distance is `NaN`, not a number. PostgreSQL sorts `NaN` behind all numbers, and before NULL.
///
/// Models do not produce zeros, programs do: an empty text, a default that was never filled in.
/// If you measure by angle, keep such rows out.
pub const NO_DIRECTION: Sql = sql(indoc! {"
    SELECT '[0, 0, 0]'::vector <-> '[2, 0, 0]' AS euclidean,
           '[0, 0, 0]'::vector <=> '[2, 0, 0]' AS cosine,
           vector_norm('[0, 0, 0]') AS length
"});

/// ## From Rust: the sync client
///
/// `pgvector::Vector` is a `Vec<f32>` that both clients know how to send. It travels as bytes, four
/// for each number, beside the SQL like any value. A column that may be NULL is an
/// `Option<Vector>`.
///
/// Text will not do. Seeing `$2` in the place of a vector, the server says that it wants one, and
/// the client refuses to send a `&str` for it. `$2::text::vector` would silence that: then every
/// number is printed here and read again there, for nothing. (The error counts parameters from 0.)
pub fn with_postgres(client: &mut Client, out: &mut Out) -> Result<()> {
    let embedding = Vector::from(vec![0.0, 1.0, 2.5]);
    client.execute(
        "INSERT INTO memories (id, content, embedding) VALUES ($1, $2, $3)",
        &[&7, &"Shops with pebbles for money, and sells soup.", &embedding],
    )?;

    let update = "UPDATE memories SET embedding = $2 WHERE id = $1";
    if let Err(error) = client.execute(update, &[&6, &"[0, 0, 3]"]) {
        out.error(&error);
    }

    for row in client.query(
        "SELECT id, embedding FROM memories WHERE id >= 6 ORDER BY id",
        &[],
    )? {
        let id: i32 = row.get("id");
        let embedding: Option<Vector> = row.get("embedding");
        match embedding {
            Some(vector) => {
                out.say(format!("{id}: {:?}", vector.as_slice()))
            }
            None => out.say(format!("{id}: not embedded yet")),
        }
    }
    Ok(())
}

/// ## From Rust: sqlx
///
/// The same type, bound. (Here too text will not do: sqlx announces it as text, and the server
/// refuses, with 42804.) An operator is no value and cannot be bound: for each measure there is a
/// statement of its own.
///
/// The question is about a bit of everything, `[1, 1, 1]`, and three measures give three answers.
/// By the straight way the short messages win, being near in length. By the angle it is those that
/// mix their subjects. By the inner product it is the long ones.
///
/// `LIMIT` is a `bigint`. The client `postgres` asks the server for the type of `$2` and takes
/// nothing but an `i64` for it; sqlx tells the server the type of what it has, and an `i32` does.
pub async fn with_sqlx(pool: &PgPool, out: &mut Out) -> Result<()> {
    let euclidean = "SELECT id FROM memories WHERE embedding IS NOT NULL
                     ORDER BY embedding <-> $1, id LIMIT $2";
    let cosine = "SELECT id FROM memories WHERE embedding IS NOT NULL
                  ORDER BY embedding <=> $1, id LIMIT $2";
    let product = "SELECT id FROM memories WHERE embedding IS NOT NULL
                   ORDER BY embedding <#> $1, id LIMIT $2";

    let mut lines = Vec::new();
    for (measure, sql) in
        [("<->", euclidean), ("<=>", cosine), ("<#>", product)]
    {
        let question = Vector::from(vec![1.0, 1.0, 1.0]);
        let nearest: Vec<i32> = sqlx::query_scalar(sql)
            .bind(question)
            .bind(3_i64)
            .fetch_all(pool)
            .await?;
        lines.push(vec![measure.to_owned(), format!("{nearest:?}")]);
    }
    out.table(&["measure", "nearest three"], &lines);
    Ok(())
}

/// ## Which one to take
///
/// The one that the model was trained for; its description says so. Most models give vectors of
/// length 1, and then all of this is one: the order by `<->`, by `<=>` and by `<#>` is the same, and
/// `<#>` is the cheapest. Where lengths differ, the angle is the usual choice for texts, since a
/// long letter is not more *about* sleep than a short one.
pub const WHICH_ONE: Words = Words;

/// ## In three lines
///
/// - An embedding makes meaning a place: `vector(n)` stores it, and `ORDER BY` a distance, with a
///   tie-breaker and a `LIMIT`, finds what is near.
/// - `<->` is the straight way, `<=>` the angle, `<#>` the inner product with its sign turned,
///   `<+>` the way along the axes; always smaller is nearer.
/// - From Rust it is `pgvector::Vector`; leave out NULL, beware of zeros, and never mix two models.
///
/// Read on: *Querying* and *Reference* in pgvector's README, and the documentation of the crate
/// `pgvector`, which has a page for each client.
pub const IN_SHORT: Words = Words;

crate::lesson! {
    fixture: PGVECTOR,
    minutes: 15,
    steps: [
        THE_EXTENSION,
        A_COLUMN,
        SIX_MESSAGES,
        FOUR_MEASURES,
        BY_INNER_PRODUCT,
        NEAREST,
        TWO_FOR_THREE,
        NO_DIRECTION,
        with_postgres,
        with_sqlx,
        WHICH_ONE,
        IN_SHORT,
    ],
}
