//! # Including files that are not its own
//!
//! /etc/passwd | No such file or directory | Permission denied
//! /proc/@grader@/environ | No such file or directory | Permission denied
//! @home@/secret | No such file or directory | Permission denied
//! @workbook@/solutions/m1_raw_sql/07_insert.rs | No such file or directory | Permission denied
//! @workbook@/tests/graders/m1_raw_sql/07_insert.rs | No such file or directory | Permission denied
//! @target@/pglings | No such file or directory | Permission denied
//! @desk@/neighbour/answer.rs | No such file or directory | Permission denied

const A: &str = include_str!("/etc/passwd");
const C: &str = include_str!("/proc/@grader@/environ");
const D: &str = include_str!("@home@/secret");
const E: &str = include_str!("@workbook@/solutions/m1_raw_sql/07_insert.rs");
const F: &str = include_str!("@workbook@/tests/graders/m1_raw_sql/07_insert.rs");
const G: &[u8] = include_bytes!("@target@/pglings");
const H: &str = include_str!("@desk@/neighbour/answer.rs");
