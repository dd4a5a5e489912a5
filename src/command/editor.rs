//! The learner's editor.

use std::path::Path;
use std::process::ExitStatus;

use super::terminal::FullScreen;
use crate::error::Result;
use crate::exercise::Exercise;
use crate::exercise::files::Workbook;
use crate::process::Program;

/// Editors with a window of their own. Told to wait, they would keep us waiting too.
const WINDOWED: &[&str] =
    &["code", "code-insiders", "codium", "cursor", "windsurf", "zed", "subl", "mate"];

/// Opens an exercise, and lends the editor the terminal until it lets go of it. Returns what the
/// learner should know of it.
pub(super) fn open(
    screen: &mut FullScreen,
    workbook: &Workbook,
    exercise: &Exercise,
) -> Result<String> {
    let Some(editor) = find() else {
        return Ok(format!("No editor is known; set VISUAL, or open {}", exercise.path()));
    };
    let path = workbook.path(exercise);
    let ended = screen.lend(|| start(&editor, workbook.root(), &path))?;
    Ok(match ended {
        Ok(status) if status.success() => format!("Opened {}", exercise.path()),
        Ok(_) => format!("The editor has failed; open {}", exercise.path()),
        Err(error) => error.to_string(),
    })
}

/// What opens files: `$VISUAL`, `$EDITOR`, else VS Code if it is there.
fn find() -> Option<String> {
    let set = |name| std::env::var(name).ok().filter(|value| !value.trim().is_empty());
    set("VISUAL").or_else(|| set("EDITOR")).or_else(|| has_code().then(|| "code".to_owned()))
}

fn start(editor: &str, dir: &Path, file: &Path) -> Result<ExitStatus> {
    let editor = without_wait(editor);
    // As git does it: the value may have arguments and quotes that only a shell knows.
    let program = if cfg!(unix) {
        Program::new("sh").arg("-c").arg(format!("{editor} \"$1\"")).arg("sh")
    } else {
        let mut words = editor.split_whitespace();
        Program::new(words.next().unwrap_or_default()).args(words)
    };
    program.arg(file).dir(dir).interactive()
}

fn without_wait(editor: &str) -> String {
    let mut words = editor.split_whitespace();
    let name = words.next().and_then(|first| Path::new(first).file_stem()?.to_str());
    if !name.is_some_and(|name| WINDOWED.contains(&name)) {
        return editor.to_owned();
    }
    let kept = editor.split_whitespace().filter(|word| !["-w", "-W", "--wait"].contains(word));
    kept.collect::<Vec<_>>().join(" ")
}

fn has_code() -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let name = if cfg!(windows) { "code.cmd" } else { "code" };
    std::env::split_paths(&path).any(|dir| dir.join(name).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_editor_in_a_window_need_not_be_waited_for() {
        assert_eq!(without_wait("/usr/bin/code --wait -n"), "/usr/bin/code -n");
        assert_eq!(without_wait("emacs -w"), "emacs -w");
        assert_eq!(without_wait("'my editor' --wait"), "'my editor' --wait");
    }
}
