//! Which modules there are. `build.rs` reads this file too.

/// A module of the workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Module {
    /// From 1.
    pub number: u32,
    /// Its folder: `m1_raw_sql`.
    pub name: &'static str,
    /// What it is called.
    pub title: &'static str,
}

/// The modules, in order.
pub static MODULES: &[Module] = &[
    Module { number: 1, name: "m1_raw_sql", title: "Raw SQL with the postgres client" },
    Module { number: 2, name: "m2_sqlx", title: "sqlx" },
    Module { number: 3, name: "m3_migrations", title: "Migrations" },
    Module { number: 4, name: "m4_transactions", title: "Transactions" },
    Module { number: 5, name: "m5_pooling", title: "Connection pools" },
    Module { number: 6, name: "m6_operations", title: "Performance and operations" },
    Module { number: 7, name: "m7_pgvector", title: "pgvector" },
];
