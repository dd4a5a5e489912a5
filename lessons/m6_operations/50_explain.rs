//! # EXPLAIN: how a query is run, and why so
//!
//! SQL says what you want and not how to get it. The **planner** of the server thinks of several
//! ways, reckons what each would cost, and takes the cheapest. `EXPLAIN` shows the way it took: the
//! **plan**.
//!
//! A plan is a tree. Each node hands its rows to the node above it; the leaves read tables. At each
//! node stand two numbers of rows: how many the planner **expected**, and how many there **were**.
//! The first explains its choice. Where the two are far apart, the choice was made on wrong
//! grounds.
//!
//! It never looks at your data while it plans. It looks at **statistics**: how many rows and pages
//! a table has, how many distinct values a column, which ones are most common. `ANALYZE` collects
//! them, and the server does so by itself now and then.

use serde_json::Value;

use crate::lesson::prelude::*;

/// ## Enough rows to be worth a plan
///
/// Lundo with 1,000 conversations more, of twenty messages each. Every message has cost some tokens,
/// and an answer was written by one of two models.
///
/// The settings keep the plans alike on every machine: without them a server may share a query among
/// several processes, or compile it to machine code first.
pub fn larger(client: &mut Client, out: &mut Out) -> Result<()> {
    client.batch_execute(
        "ALTER TABLE messages ADD tokens integer, ADD model text;
         INSERT INTO conversations (user_id, child_id, thread_id)
         SELECT 1, 1, 'explain-' || n FROM generate_series(1, 1000) AS n;
         INSERT INTO messages (conversation_id, role, content,
                               tokens, model)
         SELECT c.id,
                CASE WHEN n % 2 = 1 THEN 'user' ELSE 'assistant' END,
                'message ' || n || ' of twenty',
                (c.id * 20 + n) * 7919 % 10000,
                CASE n % 4 WHEN 0 THEN 'large' WHEN 2 THEN 'small' END
         FROM conversations c CROSS JOIN generate_series(1, 20) AS n
         WHERE c.thread_id LIKE 'explain-%'
         ORDER BY c.id, n;
         ANALYZE conversations, messages;
         SET max_parallel_workers_per_gather = 0;
         SET jit = off",
    )?;
    let sql = "SELECT count(*) AS messages,
                      pg_relation_size('messages') / 8192 AS pages
               FROM messages WHERE tokens IS NOT NULL";
    out.rows(&client.query(sql, &[])?);
    Ok(())
}

/// ## A few rows by an index
///
/// `ANALYZE` as an option runs the query and counts; `BUFFERS` notes which pages it touched.
/// (`FORMAT JSON` is for this program, which draws the tree. In `psql` you leave it away and get
/// text.)
///
/// The planner expected about twenty rows, since that is how many messages a conversation has on
/// average. The index leads to them, and no other row was looked at.
pub const BY_INDEX: Sql = sql(indoc! {"
    EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)
    SELECT content FROM messages WHERE conversation_id = 500
"});

/// ## Without one
///
/// No index begins with `content`, so every row is read and held against the *filter*. The node gives
/// some rows and reads all: *thrown away* is the number to look for in a slow query.
pub const WITHOUT: Sql = sql(indoc! {"
    EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON)
    SELECT id FROM messages WHERE content = 'message 7 of twenty'
"});

/// ## What it costs
///
/// A table is stored in pages of 8 kB, and a page is read as a whole (lesson 2). The time of a query
/// depends on what else the machine does, and on what is in memory already. The number of pages does
/// not, so it is the better measure.
pub fn pages(client: &mut Client, out: &mut Out) -> Result<()> {
    let by_index = "SELECT content FROM messages WHERE conversation_id = 5";
    let whole = "SELECT id FROM messages WHERE content = 'nothing'";
    let mut bars = Vec::new();
    for (name, sql) in [("by index", by_index), ("the whole", whole)] {
        let plan = explain(client, "ANALYZE, BUFFERS,", sql)?;
        let in_memory = plan["Shared Hit Blocks"].as_f64().unwrap_or(0.0);
        let from_disk = plan["Shared Read Blocks"].as_f64().unwrap_or(0.0);
        bars.push((name, in_memory + from_disk));
    }
    out.chart("pages that were touched", &bars);
    Ok(())
}

fn explain(client: &mut Client, how: &str, sql: &str) -> Result<Value> {
    let explain = format!("EXPLAIN ({how} FORMAT JSON) {sql}");
    let plan: Value = client.query_one(&explain, &[])?.get(0);
    Ok(plan[0]["Plan"].clone())
}

/// ## An index, and half of the table
///
/// Half of the messages have cost fewer than 5,000 tokens. We now make an index on `tokens`, and ask
/// for those.
pub const IS_IT_USED: Prediction = predict(
    "There is an index on `tokens`. How are 10,000 messages out of 20,000 read?",
    &[
        choice(
            "By the index: that is what it is for",
            Claim::Value("Index Scan"),
            "It would have to jump from the index into the table 10,000 times, and would touch each \
             page of the table many times over.",
        ),
        choice(
            "By the index, and the table's pages in order afterwards",
            Claim::Value("Bitmap Heap Scan"),
            "This is what is done for a part of the table, as the next step shows. But here every page \
             has such rows, so all are read in any case, and the index on top of them.",
        ),
        choice(
            "By reading the whole table",
            Claim::Value("Seq Scan"),
            "Every page has rows that are wanted. To read all pages one after the other is the least \
             work, and the index would only add to it.",
        ),
    ],
);

/// ## The index is not used
///
/// This is the commonest surprise with indexes, and mostly the planner is right. An index pays for
/// a small part of a table.
pub fn half(client: &mut Client, out: &mut Out) -> Result<()> {
    client.batch_execute("CREATE INDEX ON messages (tokens)")?;
    let sql = "SELECT content FROM messages WHERE tokens < 5000";
    let plan = explain(client, "", sql)?;
    out.say(plan["Node Type"].as_str().unwrap_or_default());
    let run = format!("EXPLAIN (ANALYZE, FORMAT JSON) {sql}");
    out.rows(&client.query(&run, &[])?);
    Ok(())
}

/// ## Why: the reckoning
///
/// The planner reckons in **cost**: to read a page in its turn costs 1, to jump to one costs 4, to
/// look at a row 0.01. The unit is none of time; costs are only held against each other.
///
/// `enable_seqscan = off` makes it avoid reading the whole table, so that we can see what the other
/// way would have cost. (For looking, not for production.) Whole is whole: that costs the same for one
/// row and for all. By index it costs more with each row, and somewhere between a tenth and a half of
/// the table the scales tip.
pub fn reckoning(client: &mut Client, out: &mut Out) -> Result<()> {
    let (mut table, mut costs) = (Vec::new(), Vec::new());
    for share in ["0.1", "1", "10", "50", "100"] {
        let below = share.parse::<f64>()? * 100.0;
        let sql = format!("SELECT * FROM messages WHERE tokens < {below}");
        let chosen = explain(client, "", &sql)?;
        table.push(vec![format!("{share} %"), text(&chosen["Node Type"])]);
        for (way, off) in [("by index", "seqscan"), ("whole", "bitmapscan")]
        {
            let index_off = if off == "seqscan" { "on" } else { "off" };
            client.batch_execute(&format!(
                "SET enable_{off} = off; SET enable_indexscan = {index_off}"
            ))?;
            let plan = explain(client, "", &sql)?;
            let cost = plan["Total Cost"].as_f64().unwrap_or(0.0);
            costs.push((format!("{share} % {way}"), cost));
            client.batch_execute(&format!(
                "RESET enable_{off}; RESET enable_indexscan"
            ))?;
        }
    }
    out.table(&["part of the table", "the way it takes"], &table);
    let costs: Vec<(&str, f64)> =
        costs.iter().map(|(name, cost)| (name.as_str(), *cost)).collect();
    out.chart("what each way would cost", &costs);
    Ok(())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// ## A guess
///
/// How many rows have `tokens % 7 = 0`? The statistics are about `tokens`, not about the remainder.
/// So the planner takes one in two hundred, as it does whenever it knows nothing of an expression.
/// Look at the two columns of numbers.
///
/// In a join such a guess is passed upward: expecting a hundred rows, a server takes a nested loop,
/// and then goes round it thousands of times.
pub const A_GUESS: Sql = sql(indoc! {"
    EXPLAIN (ANALYZE, FORMAT JSON)
    SELECT id FROM messages WHERE tokens % 7 = 0
"});

/// ## Two conditions that say the same
///
/// Half of the messages are answers, and a quarter of them all was written by the large model. The
/// planner takes conditions for independent and multiplies: an eighth, about 2,500. But the large
/// model writes nothing but answers, so it is a quarter.
pub const DEPENDENT: Sql = sql(indoc! {"
    EXPLAIN (ANALYZE, FORMAT JSON)
    SELECT id FROM messages WHERE role = 'assistant' AND model = 'large'
"});

/// ## Tell it
///
/// `CREATE STATISTICS` has `ANALYZE` look at both columns together and note the most common pairs
/// (`mcv`: most common values). The same query again; now the
/// planner expects what is there.
pub fn together(client: &mut Client, out: &mut Out) -> Result<()> {
    client.batch_execute(
        "CREATE STATISTICS role_and_model (mcv)
             ON role, model FROM messages;
         ANALYZE messages",
    )?;
    let sql = "EXPLAIN (ANALYZE, FORMAT JSON)
         SELECT id FROM messages
         WHERE role = 'assistant' AND model = 'large'";
    out.rows(&client.query(sql, &[])?);
    Ok(())
}

/// ## It really runs
///
/// `EXPLAIN` alone only plans. With `ANALYZE` the statement is run, and a `DELETE` deletes. Whoever
/// wants to measure one does it in a transaction that is rolled back, on a machine where that does no
/// harm.
///
/// *Coming from Python: `query.explain()` of Django and `connection.execute(text("EXPLAIN …"))` of
/// SQLAlchemy send the same words.*
pub fn really(client: &mut Client, out: &mut Out) -> Result<()> {
    let mut transaction = client.transaction()?;
    let delete = "EXPLAIN (ANALYZE, FORMAT JSON)
                  DELETE FROM messages WHERE role = 'user'";
    transaction.query(delete, &[])?;
    let count = "SELECT count(*) FROM messages WHERE role = 'user'";
    let left: i64 = transaction.query_one(count, &[])?.get(0);
    out.say(format!("after EXPLAIN (ANALYZE) DELETE: {left} left"));
    transaction.rollback()?;
    let left: i64 = client.query_one(count, &[])?.get(0);
    out.say(format!("after ROLLBACK: {left} left"));
    Ok(())
}

/// ## In three lines
///
/// - `EXPLAIN` shows the plan, `EXPLAIN (ANALYZE, BUFFERS)` runs it and counts: read it from the
///   leaves, and look for rows thrown away and for what was expected against what was.
/// - The planner takes the way that costs least by its statistics; for a large part of a table that
///   is to read all of it, index or not.
/// - Wrong estimates come from old statistics (`ANALYZE`), from expressions, and from columns that
///   depend on each other (`CREATE STATISTICS`).
///
/// Read on: *Using EXPLAIN* and *Statistics Used by the Planner* in the PostgreSQL manual (chapter 14,
/// *Performance Tips*); *EXPLAIN* in its reference.
pub const IN_SHORT: Words = Words;

crate::lesson! {
    fixture: LUNDO,
    minutes: 15,
    steps: [
        larger,
        BY_INDEX,
        WITHOUT,
        pages,
        IS_IT_USED,
        half,
        reckoning,
        A_GUESS,
        DEPENDENT,
        together,
        really,
        IN_SHORT,
    ],
}
