//! # Having a macro of sqlx read a folder
//!
//! the verdict | does_not_compile | does_not_compile

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("/etc");
