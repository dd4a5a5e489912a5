//! The gradebook itself, as JSON.
//!
//! `deploy/gradebook.schema.json` describes it (JSON Schema, draft 2020-12). It is the one format
//! that has everything in it, the answers too, and the one that `grade merge` reads.

use super::text::pretty;
use crate::class::gradebook::Gradebook;

/// `gradebook.json`.
pub fn document(gradebook: &Gradebook) -> String {
    pretty(gradebook)
}
