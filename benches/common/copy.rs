//! A copy of the workbook, in which anything may be written.

use std::fs;
use std::path::{Path, PathBuf};

use super::Anyhow;

/// The copy of this name. It is at one path, so that it is built once for all runs.
pub(crate) fn workbook(name: &str) -> Anyhow<PathBuf> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR"));
    let key = pglings::home::short_hash(env!("CARGO_MANIFEST_DIR").as_bytes());
    let workbook = std::env::temp_dir().join(format!("pglings-{name}-{key}"));
    let _ = fs::remove_dir_all(&workbook);
    for entry in fs::read_dir(source)? {
        let name = entry?.file_name();
        let text = name.to_string_lossy();
        if text != "target" && ([".cargo", ".sqlx"].contains(&&*text) || !text.starts_with('.')) {
            copy(&source.join(&name), &workbook.join(&name))?;
        }
    }
    Ok(workbook)
}

/// With its time, so that cargo need not build it again.
pub(crate) fn copy(from: &Path, to: &Path) -> Anyhow {
    if from.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let entry = entry?;
            copy(&entry.path(), &to.join(entry.file_name()))?;
        }
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::copy(from, to)?;
    let modified = fs::metadata(from)?.modified()?;
    fs::File::options().append(true).open(to)?.set_modified(modified)?;
    Ok(())
}
