//! Checks of exercise 56: vectors.

use crate::grade::kit::*;
use crate::postgres::database::Fixture;

const HINTS: &[&str] = &[
    "In Rust a vector is `pgvector::Vector`: `Vector::from(vec)` goes in, and `Vec::from(vector)` \
     comes out. Both clients take it like any other value. Where there may be NULL it is an \
     `Option<Vector>`.",
    "An operator cannot be bound. `nearest` has three texts of SQL, with `<->`, `<=>` and `<#>`, and \
     all end in `ORDER BY …, id LIMIT 3`: smaller is nearer for each of them.",
    "`WHERE embedding IS NOT NULL` keeps out what has no embedding, `vector_norm(embedding) > 0` what \
     has no direction.",
    "`agreement`: `SELECT id, -(embedding <#> $1) … ORDER BY embedding <#> $1, id LIMIT $2`. The \
     client `postgres` wants exactly the type that the server names, and LIMIT is a bigint.",
];

/// The task's table.
const MEMORIES: Fixture = Fixture {
    name: "memories",
    sql: "CREATE TABLE memories (id bigint PRIMARY KEY, content text NOT NULL, embedding vector(3))",
    extensions: &["vector"],
};

const MEASURES: [&str; 3] = ["Euclidean", "Cosine", "InnerProduct"];

pub(crate) fn grade() -> Grader {
    Grader { needs: Needs::extensions(&["vector"]), ..grader(HINTS, checks) }
}

/// Fills the table anew: ids and embeddings, in this order.
fn fill(t: &mut Trial<'_>, memories: &[(i64, Option<&str>)]) -> Outcome {
    t.sql("TRUNCATE memories")?;
    for (id, embedding) in memories {
        let embedding = embedding.map_or("NULL".to_owned(), |vector| format!("'{vector}'"));
        t.sql(&format!("INSERT INTO memories VALUES ({id}, 'Memory {id}', {embedding})"))?;
    }
    Ok(())
}

fn nearest(t: &mut Trial<'_>, question: [f32; 3], measure: &str) -> Outcome<Vec<i64>> {
    t.call("nearest", (question, measure))?.ok()
}

/// Seen from [2, 0, 0], every measure has another three in front.
const SIX: [(i64, Option<&str>); 7] = [
    (17, None),
    (16, Some("[-2, 0, 0]")),
    (15, Some("[1.9, 0, 2.5]")),
    (14, Some("[0.7, 1.2, 1.2]")),
    (13, Some("[2, 2, 0]")),
    (12, Some("[6, 1, 0]")),
    (11, Some("[1, 0, 0]")),
];

fn measured(t: &mut Trial<'_>, measure: &str, what: &str, expected: [i64; 3]) -> Outcome {
    fill(t, &SIX)?;
    let ids = nearest(t, [2.0, 0.0, 0.0], measure)?;
    equal(&format!("the three nearest to [2, 0, 0] {what}"), ids, expected.to_vec())
}

fn checks(g: &mut Grading) -> Result<(), Stop> {
    g.check("store and load: the same numbers come back", &MEMORIES, |t| {
        fill(t, &[(1, None), (2, Some("[9, 9, 9]"))])?;
        let numbers = vec![0.1_f32, -2.5, 3e-7];
        let found: bool = t.call("store", (1, &numbers))?.ok()?;
        ensure(found, "memory 1 is there, and `store` said that it is not.")?;
        let loaded: Option<Vec<f32>> = t.call("load", (1,))?.ok()?;
        equal("what `load` gives of what was stored", loaded, Some(numbers))?;
        let other = t.value("SELECT embedding FROM memories WHERE id = 2")?;
        equal("the embedding of another memory", other.as_deref(), Some("[9,9,9]"))
    })?;

    g.then("a memory that is not there is no error", |t| {
        fill(t, &[(1, Some("[1, 2, 3]"))])?;
        let found: bool = t.call("store", (4711, [1.0, 2.0, 3.0]))?.ok()?;
        ensure(!found, "there is no memory 4711, and `store` said true.")?;
        equal(
            "the number of memories",
            t.value("SELECT count(*) FROM memories")?.as_deref(),
            Some("1"),
        )?;
        let loaded: Option<Vec<f32>> = t.call("load", (4711,))?.ok()?;
        equal("what `load` gives of a memory that is not there", loaded, None)
    })?;

    g.then("a memory without an embedding loads as None", |t| {
        fill(t, &[(1, None)])?;
        let loaded: Option<Vec<f32>> = match t.call("load", (1,)) {
            // The panic of `Row::get` does not say what it could not read.
            Err(Stop::Wrong(message)) if message.says("deserializing") => {
                return wrong(message.and("\nThe embedding is NULL: read an Option<Vector>."));
            }
            called => called?.ok()?,
        };
        equal("what `load` gives of NULL", loaded, None)
    })?;

    g.then("a vector of another length is the server's error 22000", |t| {
        fill(t, &[(1, Some("[1, 2, 3]"))])?;
        for numbers in [vec![1.0], vec![1.0, 2.0, 3.0, 4.0]] {
            let failure = t.call::<bool>("store", (1, &numbers))?.error()?;
            ensure(
                failure.sqlstate() == Some("22000"),
                format!("expected the server's error 22000, got: {}", explain(&failure)),
            )?;
        }
        Ok(())
    })?;

    g.then("vectors travel beside the SQL, not inside it", |t| {
        fill(t, &[(1, Some("[1, 2, 3]"))])?;
        let odd = [31.25, 47.5, 83.75];
        let before = t.mark();
        t.call::<bool>("store", (1, odd))?.ok()?;
        for measure in MEASURES {
            t.call::<Vec<i64>>("nearest", (odd, measure))?.ok()?;
        }
        // What else `agreement` gets right or wrong is the business of another check.
        t.call::<Vec<(i64, f64)>>("agreement", (odd, 1))?.either().ok();
        t.sent_since(before)?.bound(&["47.5"])?;
        Ok(())
    })?;

    g.then("Euclidean: the nearest by the straight way", |t| {
        measured(t, "Euclidean", "by the straight way", [11, 13, 14])
    })?;

    g.then("Cosine: the nearest by the angle", |t| {
        measured(t, "Cosine", "by the angle", [11, 12, 13])
    })?;

    g.then("InnerProduct: the largest product is the nearest", |t| {
        measured(t, "InnerProduct", "by the inner product", [12, 13, 15])
    })?;

    g.then("of equally near memories the smaller id comes first", |t| {
        let same = Some("[1, 2, 2]");
        fill(t, &[(40, same), (30, same), (10, same), (20, same)])?;
        for measure in MEASURES {
            let ids = nearest(t, [1.0, 1.0, 0.0], measure)?;
            let what = format!(
                "{measure}: of the memories 10, 20, 30 and 40, all equally near, the first three"
            );
            equal(&what, ids, vec![10, 20, 30])?;
        }
        Ok(())
    })?;

    g.then("what has no embedding does not come back", |t| {
        fill(t, &[(1, None), (2, Some("[1, 0, 0]")), (3, None), (4, Some("[1, 1, 0]"))])?;
        for measure in MEASURES {
            let mut ids = nearest(t, [1.0, 0.0, 0.0], measure)?;
            ids.sort_unstable();
            equal(&format!("{measure}: the memories that come back"), ids, vec![2, 4])?;
        }
        Ok(())
    })?;

    g.then("a vector of zeros is left out by Cosine, and only there", |t| {
        fill(t, &[(1, Some("[0, 0, 0]")), (2, Some("[3, 0, 0]")), (3, Some("[3, 3, 0]"))])?;
        for (measure, expected) in
            MEASURES.into_iter().zip([vec![1, 2, 3], vec![2, 3], vec![1, 2, 3]])
        {
            let mut ids = nearest(t, [1.0, 0.0, 0.0], measure)?;
            ids.sort_unstable();
            equal(
                &format!("{measure}, where memory 1 is [0, 0, 0]: what comes back"),
                ids,
                expected,
            )?;
        }
        Ok(())
    })?;

    g.then("agreement gives the inner product itself, the largest first", |t| {
        fill(
            t,
            &[
                (9, Some("[1, 1, 0]")),
                (8, None),
                (7, Some("[-1, 0, 0]")),
                (6, Some("[0, 0, 1]")),
                (5, Some("[0, 1, 3]")),
                (4, Some("[1, 1, 5]")),
            ],
        )?;
        let all: Vec<(i64, f64)> = t.call("agreement", ([2.0, 1.0, 0.0], 9))?.ok()?;
        let expected = vec![(4, 3.0), (9, 3.0), (5, 1.0), (6, 0.0), (7, -2.0)];
        equal("what agrees with [2, 1, 0], all of it (id, product)", all, expected.clone())?;
        let two: Vec<(i64, f64)> = t.call("agreement", ([2.0, 1.0, 0.0], 2))?.ok()?;
        equal("the two that agree most", two, expected[..2].to_vec())
    })
}
