//! What the databases of lessons and checks start with. The SQL is in `lessons/fixtures/`.

use crate::postgres::database::Fixture;

/// All of them, by the names that they have here.
pub const ALL: [(&str, Fixture); 6] = [
    ("EMPTY", EMPTY),
    ("LUNDO", LUNDO),
    ("LUNDO_SCHEMA", LUNDO_SCHEMA),
    ("BLOG", BLOG),
    ("SHOP", SHOP),
    ("PGVECTOR", PGVECTOR),
];

/// Nothing at all.
pub const EMPTY: Fixture = Fixture { name: "empty", sql: "", extensions: &[] };

/// Lundo: users, their children, conversations with an assistant, messages.
pub const LUNDO: Fixture = Fixture {
    name: "lundo",
    sql: concat!(
        include_str!("../../lessons/fixtures/lundo_schema.sql"),
        include_str!("../../lessons/fixtures/lundo_rows.sql")
    ),
    extensions: &[],
};

/// Lundo's tables without a row in them.
pub const LUNDO_SCHEMA: Fixture = Fixture {
    name: "lundo_schema",
    sql: include_str!("../../lessons/fixtures/lundo_schema.sql"),
    extensions: &[],
};

/// The blog: users, posts, tags of posts, comments in threads.
pub const BLOG: Fixture = Fixture {
    name: "blog",
    sql: concat!(
        include_str!("../../lessons/fixtures/blog_schema.sql"),
        include_str!("../../lessons/fixtures/blog_rows.sql")
    ),
    extensions: &[],
};

/// The shop: categories in categories, products, customers, orders and their lines.
pub const SHOP: Fixture = Fixture {
    name: "shop",
    sql: concat!(
        include_str!("../../lessons/fixtures/shop_schema.sql"),
        include_str!("../../lessons/fixtures/shop_rows.sql")
    ),
    extensions: &[],
};

/// A database with pgvector created in it, and nothing else.
pub const PGVECTOR: Fixture = Fixture { name: "pgvector", sql: "", extensions: &["vector"] };
