//! # JOIN: which rows belong together
//!
//! Facts stand in different tables so that each is written down once. A join puts them side by side
//! again, and it is defined by three sentences:
//!
//! 1. Take **every pair** of a row on the left and a row on the right.
//! 2. Keep the pairs for which the condition is **true**.
//! 3. An *outer* join also keeps the rows that found no partner, with NULLs where the partner would
//!    be.
//!
//! So a row comes out as often as it finds a partner: not at all, once, or many times. Rows that
//! vanish and sums that are too large are both this sentence, overlooked.
//!
//! This says what the result is, not how it is made. The server never builds all the pairs if it can
//! help it; at the end you see the three ways it has, and when it takes which.
//!
//! The database is the shop: `products` stand in `categories`, which stand in other categories;
//! `customers` have `orders`, and orders have `order_lines`.

use crate::lesson::prelude::*;

/// ## Every pair
///
/// `CROSS JOIN` is the first sentence alone. Three products and two categories make six pairs. The
/// last column asks of each pair whether the two belong together.
///
/// The gift card stands in no category: its `category_id` is NULL, and so is the comparison. NULL is
/// not true.
///
/// `p` and `c` are *aliases*, short names for the tables in this query.
pub const EVERY_PAIR: Sql = sql(indoc! {"
    SELECT p.name AS product, p.category_id, c.id, c.name AS category,
           p.category_id = c.id AS belongs
    FROM products p CROSS JOIN categories c
    WHERE p.id IN (1, 3, 10) AND c.id IN (2, 3)
    ORDER BY p.id, c.id
"});

/// ## JOIN … ON
///
/// `ON` is the second sentence: of all the pairs, those for which the condition is true. `JOIN`
/// alone means `INNER JOIN`.
///
/// There are ten products, and nine come out. The gift card found no partner. Neither did the
/// categories *Kitchen* and *Garden*, in which no product stands. *Tea* found two, so it is there
/// twice.
///
/// *Coming from SQLAlchemy: `select(Product).join(Category)` takes the condition from the
/// relationship or the foreign key. SQL takes it from you: any condition will do, and the foreign key
/// plays no part.*
pub const INNER: Sql = sql(indoc! {"
    SELECT p.name AS product, c.name AS category
    FROM products p JOIN categories c ON p.category_id = c.id
    ORDER BY p.id
"});

/// ## Whose name?
///
/// Both tables have a column `name`. The server does not guess. Write the alias in front of every
/// column as soon as there are two tables: then the query also survives the day on which somebody
/// adds a column to one of them.
///
/// An alias replaces the name of the table. `products.name` would fail here too, with `42P01`: there
/// is no `products` any more in this query, only a `p`.
pub const WHOSE_NAME: Sql = sql(indoc! {"
    SELECT name
    FROM products p JOIN categories c ON p.category_id = c.id
"})
.fails("42702");

/// ## The condition forgotten
///
/// `JOIN` insists on an `ON`. A comma between tables is an old way to write `CROSS JOIN`, and insists
/// on nothing: whoever forgets the condition in `WHERE` gets every pair, and no error. Here that is
/// 10 × 7. Two tables of 10,000 rows make a hundred million.
pub const FORGOTTEN: Sql = sql(indoc! {"
    SELECT count(*) AS pairs
    FROM products p, categories c
"});

/// ## LEFT, RIGHT, FULL
///
/// The third sentence. `LEFT JOIN` keeps the rows of the left table that found no partner, `RIGHT
/// JOIN` those of the right, `FULL JOIN` both. Where there is no partner, its columns are NULL: the
/// gift card has no category, *Kitchen* and *Garden* have no product.
///
/// `RIGHT JOIN` is `LEFT JOIN` with the tables the other way round. Most people write only `LEFT`:
/// first the table of which all rows are wanted. (The `WHERE` only keeps this result short.)
pub const FULL: Sql = sql(indoc! {"
    SELECT c.name AS category, p.name AS product
    FROM categories c FULL JOIN products p ON p.category_id = c.id
    WHERE c.id IN (1, 3, 7) OR p.id = 10
    ORDER BY c.id, p.id
"});

/// ## A second condition, in ON
///
/// Which categories have something that is sold out? All seven are wanted, each with its sold-out
/// products if there are any. The condition says which *partners* count, so it belongs to `ON`.
pub const IN_ON: Sql = sql(indoc! {"
    SELECT c.name AS category, p.name AS sold_out
    FROM categories c
    LEFT JOIN products p ON p.category_id = c.id
                        AND p.stock_quantity = 0
    ORDER BY c.id, p.id
"});

/// ## The same condition, in WHERE
///
/// `WHERE` comes after the join. It sees the rows with NULLs in the place of a product, finds that
/// `NULL = 0` is not true, and drops them. Five categories are gone, and the `LEFT` has been undone:
/// this is an inner join.
pub const IN_WHERE: Sql = sql(indoc! {"
    SELECT c.name AS category, p.name AS sold_out
    FROM categories c
    LEFT JOIN products p ON p.category_id = c.id
    WHERE p.stock_quantity = 0
    ORDER BY c.id, p.id
"});

/// ## The anti-join: those without
///
/// Here the same mechanism is put to use. A left join, and then *only* the rows without a partner:
/// the products that nobody has ordered.
///
/// Ask a column that cannot be NULL in a real partner: the one in the condition, or its key. A
/// column that may be NULL in a partner who is there proves nothing.
pub const WITHOUT: Sql = sql(indoc! {"
    SELECT p.id, p.name
    FROM products p LEFT JOIN order_lines l ON l.product_id = p.id
    WHERE l.product_id IS NULL
    ORDER BY p.id
"});

/// ## A table with itself
///
/// A category stands in another one: `parent_id` refers to `categories` again. With two aliases the
/// table plays two parts, `c` for the category and `above` for the one it stands in. `LEFT`, since
/// those at the top stand in none.
pub const ITSELF: Sql = sql(indoc! {"
    SELECT c.name AS category, above.name AS stands_in
    FROM categories c LEFT JOIN categories above ON above.id = c.parent_id
    ORDER BY c.id
"});

/// ## Several, from Rust
///
/// A join gives rows, and these can be joined again, one `JOIN` after another. Read it as a walk: from
/// the customer to the orders, to their lines, to the products, to the category.
///
/// The first three are `JOIN`: Rafael has another order, without lines, and it has nothing to show.
/// The last is `LEFT JOIN`, and what Rust reads from it has to be an `Option`, although
/// `categories.name` is `NOT NULL`. The column cannot be NULL; the row can be missing.
/// `row.get::<_, &str>` would panic on the gift card.
///
/// *Coming from SQLAlchemy: one `.join(…)` after another is this, and `outerjoin` is `LEFT JOIN`.
/// `joinedload` is a left join too, whose rows the ORM folds into objects (lesson 22).*
pub fn several(client: &mut Client, out: &mut Out) -> Result<()> {
    let rows = client.query(
        "SELECT o.id, l.quantity, p.name AS product, k.name AS category
         FROM customers c
         JOIN orders o      ON o.customer_id = c.id
         JOIN order_lines l ON l.order_id = o.id
         JOIN products p    ON p.id = l.product_id
         LEFT JOIN categories k ON k.id = p.category_id
         WHERE c.full_name = $1
         ORDER BY o.id, p.id",
        &[&"Rafael Peña"],
    )?;
    for row in &rows {
        let order: i32 = row.get("id");
        let quantity: i32 = row.get("quantity");
        let product: &str = row.get("product");
        let category: Option<&str> = row.get("category");
        let category = category.unwrap_or("no category");
        out.say(format!(
            "order {order}: {quantity} × {product} ({category})"
        ));
    }
    Ok(())
}

/// ## How much tea?
///
/// Before you go on: in the category *Tea* there are two products. Of Sencha the shop has 40 packets,
/// of Rooibos 75, which is 115. Each of the two stands in two order lines.
pub const HOW_MUCH: Prediction = predict(
    "The next step joins the products with their order lines and asks for two sums: the packets in \
     stock and the packets sold. What does it say is in stock?",
    &[
        choice(
            "115",
            Claim::Value("115"),
            "That is what the shop has. But sum() sees the rows after the join, and there are four \
             of them, not two.",
        ),
        choice(
            "230",
            Claim::Value("230"),
            "Each product found two lines, so each comes out twice, and its stock is counted twice.",
        ),
        choice(
            "108",
            Claim::Value("108"),
            "Seven packets were sold, but stock_quantity is what is left. No query takes anything \
             off by itself.",
        ),
    ],
);

/// ## A join multiplies
///
/// Nothing is wrong with the syntax, and nothing is wrong with `sold`: there each line counts once.
/// Without the sums the query has four rows, two of them with the 40 and two with the 75.
///
/// Whenever a join goes from one row to many, what stands on the side of the one is there several
/// times. `sum(DISTINCT p.stock_quantity)` is no cure: the two teapots have 5 in stock each, and
/// would count as one.
pub const MULTIPLIED: Sql = sql(indoc! {"
    SELECT sum(p.stock_quantity) AS in_stock, sum(l.quantity) AS sold
    FROM categories c
    JOIN products p    ON p.category_id = c.id
    JOIN order_lines l ON l.product_id = p.id
    WHERE c.name = 'Tea'
"});

/// ## First add up, then join
///
/// The cure is to make the many one before the join. A query in parentheses is a table like others:
/// `s` has one row for each product that was sold, so each product finds one partner at most, and
/// comes out once. `LEFT`, since what was never sold is in stock all the same; `coalesce` makes a 0
/// of the NULL that is left then.
pub const FIRST_ADD_UP: Sql = sql(indoc! {"
    SELECT c.name AS category, sum(p.stock_quantity) AS in_stock,
           coalesce(sum(s.sold), 0) AS sold
    FROM categories c
    JOIN products p ON p.category_id = c.id
    LEFT JOIN (SELECT product_id, sum(quantity) AS sold
               FROM order_lines
               GROUP BY product_id) s ON s.product_id = p.id
    GROUP BY c.id
    ORDER BY c.id
"});

/// ## How it is done: a larger shop
///
/// Now to the server. For six customers any way is fast, so here are 2,000 more, with ten orders
/// each. `ANALYZE` has the server count what is in its tables, since it chooses by numbers.
///
/// The two settings keep the plans small and alike on every machine: without them a server may share
/// a query among several processes, or compile it to machine code first.
pub fn larger(client: &mut Client, out: &mut Out) -> Result<()> {
    let customers = client.execute(
        "INSERT INTO customers (email, full_name)
         SELECT 'buyer' || n || '@example.org', 'Buyer ' || n
         FROM generate_series(1, 2000) AS n",
        &[],
    )?;
    let orders = client.execute(
        "INSERT INTO orders (customer_id)
         SELECT c.id FROM customers c CROSS JOIN generate_series(1, 10)
         WHERE c.id > 6
         ORDER BY c.id",
        &[],
    )?;
    client.batch_execute(
        "ANALYZE customers, orders;
         SET max_parallel_workers_per_gather = 0;
         SET jit = off",
    )?;
    out.say(format!("{customers} customers, {orders} orders"));
    Ok(())
}

/// ## Nested loop
///
/// `EXPLAIN (ANALYZE)` runs a query and tells how, with the rows that each part gave and how many the
/// server had expected. (`FORMAT JSON` is for this program, which draws the tree.) Read it from the
/// inside: each line hands its rows to the line it hangs on.
///
/// A *nested loop* is two `for` loops, one in the other. The upper branch is the outer loop: five
/// customers. For each of them the lower branch ran once, and looked up that customer's orders in the
/// index: `5 × 10` is five runs with ten rows each.
///
/// Good when the outer rows are few and the inner ones have an index. Without the index each run
/// would read the whole table.
pub const NESTED_LOOP: Sql = sql(indoc! {"
    EXPLAIN (ANALYZE, FORMAT JSON)
    SELECT customers.full_name, orders.id, orders.status
    FROM customers JOIN orders ON orders.customer_id = customers.id
    WHERE customers.id BETWEEN 101 AND 105
"});

/// ## Hash join
///
/// The same join, of everything. 2,006 runs of the inner loop would be a waste, as all of `orders` is
/// wanted anyway.
///
/// A *hash join* reads the smaller table once and puts it into a `HashMap` by the key: that is the
/// node *Hash*. Then it reads the larger table once and looks each row up. No index is needed, only
/// memory for the smaller table, and a condition with `=`.
pub const HASH_JOIN: Sql = sql(indoc! {"
    EXPLAIN (ANALYZE, FORMAT JSON)
    SELECT customers.full_name, orders.id, orders.status
    FROM customers JOIN orders ON orders.customer_id = customers.id
"});

/// ## Merge join
///
/// Once more, and now in the order of the key. A hash join gives its rows in no order, so 20,008 of
/// them would have to be sorted.
///
/// A *merge join* wants both sides sorted by the key and walks them at once, like a zip: whichever
/// side is behind moves on. Here two indexes have the order already, so nothing is sorted at all, and
/// the result comes out in order.
pub const MERGE_JOIN: Sql = sql(indoc! {"
    EXPLAIN (ANALYZE, FORMAT JSON)
    SELECT customers.full_name, orders.id, orders.status
    FROM customers JOIN orders ON orders.customer_id = customers.id
    ORDER BY customers.id
"});

/// ## In three lines
///
/// - A join is every pair for which the condition is true, so a row comes out as often as it finds a
///   partner; `LEFT JOIN` keeps those that find none, and `IS NULL` finds them.
/// - What restricts the partners stands in `ON`; in `WHERE` it undoes the `LEFT`. Before you add up
///   what a join has multiplied, make the many one.
/// - How it is done is up to the server: a nested loop for few rows, a hash join for many, a merge
///   join for what is sorted. The result is the same.
///
/// Read on: *Joined Tables* in the chapter *Queries* of the PostgreSQL manual, and *Planner/Optimizer*
/// in the chapter *Overview of PostgreSQL Internals*. Lesson 50 is about reading plans.
pub const IN_SHORT: Words = Words;

crate::lesson! {
    fixture: SHOP,
    minutes: 18,
    steps: [
        EVERY_PAIR,
        INNER,
        WHOSE_NAME,
        FORGOTTEN,
        FULL,
        IN_ON,
        IN_WHERE,
        WITHOUT,
        ITSELF,
        several,
        HOW_MUCH,
        MULTIPLIED,
        FIRST_ADD_UP,
        larger,
        NESTED_LOOP,
        HASH_JOIN,
        MERGE_JOIN,
        IN_SHORT,
    ],
}
