//! `pglings dev book`: the workbook as a site of static pages.

use std::fs;
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::Context;
use crate::error::{Error, PathContext, Result};
use crate::exercise::files::{open, write_whole};
use crate::lesson::catalogue::lessons;
use crate::report::book::{self, Chapter, File};

pub(super) fn run(context: &Context, out: Option<PathBuf>) -> Result<u8> {
    let root = context.workbook.root();
    let out = &out.unwrap_or_else(|| root.join("target/book"));
    let readme = root.join("README.md");
    let readme = fs::read_to_string(&readme).at("read", &readme)?;
    let chapters: Vec<Chapter> = lessons()
        .iter()
        .map(|lesson| {
            let path = root.join(lesson.transcript_path());
            match fs::read_to_string(&path) {
                Ok(text) => Ok((lesson, Some(text))),
                Err(error) if error.kind() == ErrorKind::NotFound => Ok((lesson, None)),
                Err(error) => Err(error).at("read", &path),
            }
        })
        .collect::<Result<_>>()?;
    let files = book::of(&readme, &chapters);
    fs::create_dir_all(out).at("make", out)?;
    clear(out, &files)?;
    for (name, text) in &files {
        write_whole(&out.join(name), text.as_bytes())?;
    }
    context.print(&format!("{} pages: {}", files.len() - 3, out.join("index.html").display()))?;
    Ok(0)
}

/// What a file begins with.
fn beginning(path: &Path) -> io::Result<String> {
    let mut bytes = Vec::new();
    open(path)?.take(100).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Takes away pages of an earlier book that this one has no more. A file that no book has written
/// is somebody's own, and is never written over.
fn clear(out: &Path, files: &[File]) -> Result<()> {
    for entry in fs::read_dir(out).at("read", out)? {
        let path = entry.at("read", out)?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let in_book = files.iter().any(|(file, _)| *file == name);
        let page = path.extension().is_some_and(|extension| extension == "html");
        if !in_book && !page {
            continue;
        }
        let ours = beginning(&path).is_ok_and(|text| text.contains(book::MARK));
        if in_book && !ours {
            return Err(Error::Usage(format!(
                "{} is not of a book. Choose another folder with --out.",
                path.display()
            )));
        }
        if ours && !in_book {
            fs::remove_file(&path).at("remove", &path)?;
        }
    }
    Ok(())
}
